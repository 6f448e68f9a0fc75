/**
 * The Reason header that a SIP peer puts into BYE and CANCEL, in Jingle's words. RFC 3326.
 */
import type { SipRequest } from '@stoxgate/contracts';
import { parseParams, reasonPhrase, splitList } from '@stoxgate/wire-sip';
import type { TranslatorPolicy } from '../policy.ts';
import { type JingleReason, reasonOfStatus, type SentReason } from './reasons.ts';

interface Reason {
  readonly protocol: string;
  readonly cause: number;
}

const Q850: ReadonlyMap<number, JingleReason> = new Map([
  [17, 'busy'],
  [18, 'timeout'],
  [19, 'timeout'],
  [21, 'decline'],
]);
const BYE_CAUSES: ReadonlyMap<number, JingleReason> = new Map([
  [408, 'timeout'],
  [480, 'gone'],
  [486, 'busy'],
  [488, 'media-error'],
]);

function readReason(value: string): Reason | undefined {
  const protocol = /^\s*(SIP|Q\.850)\s*/i.exec(value);
  const cause = protocol === null ? undefined : parseParams(value, protocol[0].length)?.cause;
  if (cause === undefined || !/^\d{1,3}$/.test(cause)) return undefined;
  return { protocol: protocol?.[1]?.toUpperCase() ?? '', cause: Number(cause) };
}

const reasonsIn = (request: SipRequest): readonly Reason[] =>
  (request.headers.reason ?? [])
    .flatMap((value) => splitList(value) ?? [])
    .map(readReason)
    .filter((reason) => reason !== undefined);

/** Jingle reason for a CANCEL: as configured; profile `rich` reads the header first. */
export function reasonOfCancel(request: SipRequest, policy: TranslatorPolicy): SentReason {
  if (policy.reasonProfile === 'rich') {
    const cause = reasonsIn(request).find((reason) => reason.protocol === 'SIP')?.cause;
    if (cause === 200) return { condition: 'cancel', text: 'Call completed elsewhere' };
    if (cause === 600) return { condition: 'busy' };
    if (cause === 603) return { condition: 'decline' };
  }
  return { condition: policy.cancelReason };
}

/** Jingle reason for a BYE: success; profile `rich` reads the header first. */
export function reasonOfBye(request: SipRequest, policy: TranslatorPolicy): SentReason {
  const success: SentReason = { condition: 'success' };
  const reason = policy.reasonProfile === 'rich' ? reasonsIn(request)[0] : undefined;
  if (reason === undefined) return success;
  if (reason.protocol === 'Q.850') {
    return reason.cause === 16 ? success : { condition: Q850.get(reason.cause) ?? 'general-error' };
  }
  if (reason.cause < 400) return success;
  const condition = BYE_CAUSES.get(reason.cause);
  if (condition === undefined) return reasonOfStatus(reason.cause, reasonPhrase(reason.cause), 'mongoose');
  return { condition, sipError: { code: reason.cause, phrase: reasonPhrase(reason.cause) } };
}
