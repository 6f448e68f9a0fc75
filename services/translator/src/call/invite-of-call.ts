/**
 * The INVITE of a call from XMPP. RFC 3261 §8.1.1, §13.2.1.
 */
import { resourceOf } from '@stoxgate/addressing';
import { callIdOfSid, type OutgoingSipRequest, type XmlElement } from '@stoxgate/contracts';
import { el } from '@stoxgate/wire-xmpp';
import { sdpBody, sessionHeaders } from './capabilities.ts';
import { ownContact } from './leg.ts';
import { hopsOf, MAX_BREADTH } from './reentry.ts';
import { ownIntervalHeaders } from './session-interval.ts';
import { replacingOf, transferHeaders } from './transferred-call.ts';
import { trickleHeaders } from './trickle-to-sip.ts';
import type { Turn } from './turn.ts';

const NO_JINGLE = el('jingle');

export interface CallOfUser {
  readonly sid: string;
  /** Full JID of the caller, its address of record, and who is called. */
  readonly from: string;
  readonly aor: string;
  readonly target: string;
  /** The session-initiate, where there is one. */
  readonly jingle?: XmlElement;
}

/** @param sdp the offer. */
export function inviteOf(turn: Turn, call: CallOfUser, sdp: string): OutgoingSipRequest {
  const { sid, from, aor, target, jingle = NO_JINGLE } = call;
  return {
    method: 'INVITE',
    requestUri: target,
    routes: [],
    from: { uri: aor, params: { tag: turn.tag() } },
    to: { uri: target, params: {} },
    callId: callIdOfSid(sid, turn.policy.callIdHost),
    cseq: 1,
    maxForwards: hopsOf(jingle),
    contact: ownContact(aor, resourceOf(from)),
    headers: {
      'max-breadth': [MAX_BREADTH],
      ...sessionHeaders(turn.policy),
      ...trickleHeaders(turn.policy),
      ...transferHeaders(turn, replacingOf(turn, jingle)),
      ...ownIntervalHeaders(turn.policy.sessionExpiresMs),
    },
    body: sdpBody(sdp),
  };
}
