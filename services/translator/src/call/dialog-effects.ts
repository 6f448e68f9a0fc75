/**
 * What a request inside a dialog leads to once it was answered.
 */
import type { SipRequest } from '@stoxgate/contracts';
import type { InLeg, OutLeg } from './call-session.ts';
import type { LegAt } from './dialog-replies.ts';
import { onInfo } from './info-server.ts';
import { afterPrackReceived } from './ringing-server.ts';
import { onNotify } from './transfer-to-sip.ts';
import { onRefer } from './transfer-to-xmpp.ts';
import type { Turn } from './turn.ts';

/** The leg after a request that got `status`; unchanged by one that was refused. */
export function afterReply(turn: Turn, at: LegAt, request: SipRequest, status: number): OutLeg | InLeg {
  if (status >= 300) return at.leg;
  switch (request.method) {
    case 'INFO':
      return onInfo(turn, at, request);
    case 'PRACK':
      return at.side === 'in' ? afterPrackReceived(turn, at.leg) : at.leg;
    case 'REFER':
      return onRefer(turn, at, request);
    case 'NOTIFY':
      return onNotify(turn, at.side, at.leg, request);
    default:
      return at.leg;
  }
}
