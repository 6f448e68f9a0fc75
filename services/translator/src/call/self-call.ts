/**
 * A user who calls his own address through a proxy that keeps the Call-ID: one user would have two sessions of one sid
 * with one peer, so the devices that ring get another (XEP-0166 §7.1: a sid is unique for a pair).
 */
import { utf8Length } from '@stoxgate/addressing';
import { echoOfSid, type SipRequest, sidOfCallId } from '@stoxgate/contracts';
import type { OutLeg } from './call-session.ts';
import { isSameBare } from './leg.ts';
import type { Turn } from './turn.ts';

const MAX_SID_BYTES = 255;

/** The sid of a call from SIP to `user`; `out` is our own leg with the same Call-ID. */
export function sidOfInvite(turn: Turn, request: SipRequest, user: string, out: OutLeg | undefined): string {
  const sid = sidOfCallId(request.callId, turn.policy.callIdHost);
  if (out === undefined || !isSameBare(out.user, user)) return sid;
  const echo = echoOfSid(sid);
  return utf8Length(echo) <= MAX_SID_BYTES ? echo : sid;
}
