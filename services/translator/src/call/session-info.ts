/**
 * session-info that is no matter of the media: digits, pings, transfers. XEP-0166 §7.2.11, XEP-0181, XEP-0251.
 */
import { elementsOf } from '@stoxgate/wire-xmpp';
import type { InLeg, OutLeg } from './call-session.ts';
import { digitsToSip, hasDigits } from './digits.ts';
import { run } from './errands.ts';
import type { JingleRequest } from './jingle.ts';
import { acknowledge } from './jingle-stanza.ts';
import { transferIn } from './transfer.ts';
import { transferToSip } from './transfer-to-sip.ts';
import type { Turn } from './turn.ts';

/** An empty session-info asks whether the session lives; by configuration the SIP party is asked too. */
function ping<AnyLeg extends OutLeg | InLeg>(turn: Turn, leg: AnyLeg, { iq }: JingleRequest): AnyLeg {
  acknowledge(turn, iq);
  if (turn.policy.pingAs !== 'options' || leg.asking?.errand.purpose === 'ping') return leg;
  return run(turn, leg, { purpose: 'ping', method: 'OPTIONS', headers: {} });
}

/** The leg after such a session-info, which is answered; undefined: it is another one. */
export function onSessionInfo<AnyLeg extends OutLeg | InLeg>(
  turn: Turn,
  leg: AnyLeg,
  request: JingleRequest,
): AnyLeg | undefined {
  if (request.action !== 'session-info') return undefined;
  if (elementsOf(request.jingle).length === 0) return ping(turn, leg, request);
  const transfer = transferIn(request.jingle);
  if (transfer !== undefined) return transferToSip(turn, leg, request, transfer);
  if (hasDigits(request.jingle)) return digitsToSip(turn, leg, request);
  return undefined;
}
