/**
 * Whom a call from SIP rings, and how: devices that take calls by message are proposed it, others get the session at
 * once. XEP-0166 §6.2, XEP-0353 §3.1.
 */
import { resourceOf } from '@stoxgate/addressing';
import type { EventOf } from '@stoxgate/contracts';
import type { TranslatorPolicy } from '../policy.ts';
import type { InLeg, OutLeg } from './call-session.ts';
import { preparedJid } from './jingle.ts';
import { isSameBare } from './leg.ts';

export interface Recipients {
  /** Full JIDs that get a session-initiate. */
  readonly direct: readonly string[];
  /** Whom the call is proposed to: the bare JID, or the one device that is meant. */
  readonly proposeTo?: string;
  /** Some device is known to be there. */
  readonly isOnline: boolean;
}

interface Device {
  readonly jid: string;
  readonly priority: number;
  readonly features?: readonly string[] | undefined;
}

const takesMessages = ({ features }: Device): boolean => features?.includes('jmi') === true;

/** What is not known of a device is not held against it. */
const takesSessions = ({ features }: Device): boolean =>
  features === undefined ||
  (features.includes('jingle') && (features.includes('rtp') || features.includes('audio')));

/** Devices that may be meant: the one that the Request-URI names, else all; never the caller's own client. */
function devicesOf(leg: InLeg, out: OutLeg | undefined, event: EventOf<'user.resources.answered'>): Device[] {
  const devices: Device[] = [];
  for (const { fullJid, priority, features } of event.resources) {
    const jid = preparedJid(fullJid);
    if (!isSameBare(jid, leg.user) || jid === out?.user) continue;
    if (leg.resource !== undefined && resourceOf(jid) !== leg.resource) continue;
    devices.push({ jid, priority, features });
  }
  return devices;
}

/** Nobody: `direct` is empty and there is no `proposeTo`. A client whose dialog is replaced is not to ring (RFC 3891 §3). */
export function recipientsOf(
  policy: TranslatorPolicy,
  leg: InLeg,
  out: OutLeg | undefined,
  event: EventOf<'user.resources.answered'>,
): Recipients {
  const devices = devicesOf(leg, out, event);
  const isOnline = devices.length > 0;
  const direct = devices.filter(
    (device) => (leg.resource !== undefined || device.priority >= 0) && takesSessions(device),
  );
  const all = direct.map(({ jid }) => jid);
  if (policy.jmi === 'never' || leg.replacing?.replaces !== undefined) return { direct: all, isOnline };
  const proposeTo = leg.resource === undefined ? leg.user : `${leg.user}/${leg.resource}`;
  const mayWake = !event.known || policy.wakeOffline;
  if (policy.jmi === 'always') return { direct: [], isOnline, ...(isOnline || mayWake ? { proposeTo } : {}) };
  if (devices.some(takesMessages)) {
    const others = direct.filter((device) => !takesMessages(device)).map(({ jid }) => jid);
    return { direct: others, proposeTo, isOnline };
  }
  return { direct: all, isOnline, ...(all.length === 0 && mayWake ? { proposeTo } : {}) };
}
