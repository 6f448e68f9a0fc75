/**
 * INFO of the SIP party: candidates, digits, or a ping without body. RFC 6086 §4.2.2, RFC 8840 §9.
 */
import type { SipRequest } from '@stoxgate/contracts';
import type { InLeg, OutLeg } from './call-session.ts';
import { SDP } from './capabilities.ts';
import type { LegAt, Reply } from './dialog-replies.ts';
import { DTMF, DTMF_RELAY, digitToXmpp } from './digits.ts';
import { SDP_FRAGMENT, TRICKLE_PACKAGE } from './trickle-to-sip.ts';
import { candidatesToXmpp } from './trickle-to-xmpp.ts';
import type { Turn } from './turn.ts';

/** Bodies of INFO that are understood. */
const ACCEPTED = [SDP, SDP_FRAGMENT];
const DIGITS = [DTMF_RELAY, DTMF];

const typeOf = (request: SipRequest): string =>
  request.body?.contentType.split(';', 1)[0]?.trim().toLowerCase() ?? '';

const packageOf = (request: SipRequest): string | undefined =>
  request.headers['info-package']?.[0]?.split(';', 1)[0]?.trim().toLowerCase();

/** An unknown package is 469 (RFC 6086 §4.2.2), an unknown body 415; an empty one is a ping. */
export function replyToInfo(turn: Turn, request: SipRequest): Reply {
  const named = packageOf(request);
  if (named !== undefined && named !== TRICKLE_PACKAGE) {
    return { status: 469, headers: { 'recv-info': [TRICKLE_PACKAGE] } };
  }
  const { body } = request;
  if (body === undefined || body.content === '') return { status: 200 };
  const types = turn.policy.dtmf === 'info' ? [...ACCEPTED, ...DIGITS] : ACCEPTED;
  const isKnown = types.includes(typeOf(request)) && body.encoding === 'utf8';
  return isKnown ? { status: 200 } : { status: 415, headers: { accept: [types.join(', ')] } };
}

/** What an INFO that was accepted leads to. */
export function onInfo(turn: Turn, at: LegAt, request: SipRequest): OutLeg | InLeg {
  const { body } = request;
  const type = typeOf(request);
  if (body !== undefined && (type === SDP || type === SDP_FRAGMENT)) {
    return candidatesToXmpp(turn, at, body.content);
  }
  if (body !== undefined && DIGITS.includes(type)) digitToXmpp(turn, at, body);
  return at.leg;
}
