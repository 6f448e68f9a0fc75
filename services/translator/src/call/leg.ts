/**
 * What both legs have in common: the addresses of their stanzas, BYE, the end.
 */
import { bareJidOf, grOfResource, parseJid } from '@stoxgate/addressing';
import { deriveHex, type OwnContact } from '@stoxgate/contracts';
import type { SdpContext } from '../media/media-state.ts';
import type { InLeg, OutLeg } from './call-session.ts';
import { requestIn } from './dialog-request.ts';
import type { Towards } from './jingle-stanza.ts';
import type { Termination } from './reasons.ts';
import { responseTo } from './sip-response.ts';
import { TRANSACTION_MS, type Turn } from './turn.ts';

export type Side = 'out' | 'in';

/** Names of timers; one set for each leg. */
export const TIMERS = {
  out: {
    gather: 'out.gather',
    proposal: 'out.proposal',
    initiate: 'out.initiate',
    ring: 'out.ring',
    cancel: 'out.cancel',
    accept: 'out.accept',
    negotiation: 'out.negotiation',
    session: 'out.session',
    gone: 'out.gone',
    tombstone: 'out.tombstone',
  },
  in: {
    resolve: 'in.resolve',
    ring: 'in.ring',
    delivery: 'in.delivery',
    accept: 'in.accept',
    reliable: 'in.reliable',
    session: 'in.session',
    gone: 'in.gone',
    ack: 'in.ack',
    negotiation: 'in.negotiation',
    tombstone: 'in.tombstone',
  },
} as const;

/** Those of a leg that has not ended. */
const RUNNING: Readonly<Record<Side, readonly string[]>> = {
  out: Object.values(TIMERS.out).filter((name) => name !== TIMERS.out.tombstone),
  in: Object.values(TIMERS.in).filter((name) => name !== TIMERS.in.tombstone),
};

export const towards = (leg: OutLeg | InLeg, to: string): Towards => ({
  domain: leg.domain,
  sid: leg.sid,
  contact: leg.contact,
  to,
});

/** Whether two JIDs have the same bare JID. */
export const isSameBare = (one: string, other: string): boolean =>
  one === other || bareJidOf(one) === bareJidOf(other);

/** `o=` of a call: the user's name and a number that a replay gives again (RFC 8866 §5.2). */
export function sdpContext(
  turn: Turn,
  { user, media }: Pick<OutLeg | InLeg, 'user' | 'media'>,
  xmppRole: SdpContext['xmppRole'],
): SdpContext {
  return {
    sdpOrigin: turn.policy.sdpOrigin,
    userName: parseJid(user)?.local ?? '-',
    sessionId: media?.origin.sessionId ?? sessionIdOf(turn, xmppRole),
    xmppRole,
    passthrough: turn.policy.passthrough,
    emitRtcpCandidate: turn.policy.emitRtcpCandidate,
    profileMode: turn.policy.profileMode,
    optionalKeys: turn.policy.optionalKeys,
    sendersMap: turn.policy.sendersMap,
    noIcePolicy: turn.policy.noIcePolicy,
    dataChannels: turn.policy.dataChannels,
  };
}

const sessionIdOf = (turn: Turn, xmppRole: SdpContext['xmppRole']): string =>
  BigInt(`0x${deriveHex(`sdp ${turn.input.key} ${xmppRole}`, 7)}`).toString();

/** Our Contact for a user: the user part of the address of record, and the resource as GRUU (RFC 5627). */
export function ownContact(aor: string, resource?: string): OwnContact {
  const user = aor.slice(aor.indexOf(':') + 1, aor.lastIndexOf('@'));
  return resource === undefined ? { user } : { user, gr: grOfResource(resource) };
}

/** Sends BYE in the leg's dialog; nothing when there is none. */
export function sendBye<AnyLeg extends OutLeg | InLeg>(turn: Turn, leg: AnyLeg, reason?: string): AnyLeg {
  if (leg.dialog === undefined) return leg;
  const { dialog, request } = requestIn(leg.dialog, 'BYE', reason === undefined ? {} : { reason: [reason] });
  const bye = { branch: turn.request(request), request, challenges: [] };
  return { ...leg, dialog, bye };
}

/** "The UAS MUST still respond to any pending requests": 487 (RFC 3261 §15.1.2). */
function refuseOpenOffer(turn: Turn, { negotiation, localTag }: OutLeg | InLeg): void {
  if (negotiation?.state !== 'offer-received') return;
  const { invite, edge } = negotiation;
  turn.issue({ type: 'sip.response.send', edge, response: responseTo(invite, 487, localTag) });
}

/** Ends a leg; it stays for 64*T1 to answer what comes late. */
export function endLeg<AnyLeg extends OutLeg | InLeg>(
  turn: Turn,
  side: Side,
  leg: AnyLeg,
  end: Termination,
): AnyLeg {
  for (const name of RUNNING[side]) turn.clearTimer(name);
  turn.setTimer(TIMERS[side].tombstone, TRANSACTION_MS);
  refuseOpenOffer(turn, leg);
  return {
    ...leg,
    state: 'ended',
    end,
    asking: undefined,
    errands: undefined,
    media: undefined,
    trickle: undefined,
    wishes: undefined,
  };
}
