import type { SipResponse } from '@stoxgate/contracts';
import type { OutLeg } from './call-session.ts';
import { tellCaller } from './caller-told.ts';
import { type Dialog, tagOf } from './dialog.ts';
import { ackIn } from './dialog-request.ts';
import { answerSdp, confirmedDialog, earlyDialogOf, mediaIn, withoutMedia } from './early-dialog.ts';
import { negotiationOf, withMissedWishes } from './early-offer.ts';
import { endLeg, sendBye } from './leg.ts';
import { proceed } from './propose-server.ts';
import {
  reasonHeaderOfOwnEnd,
  reasonOfFault,
  reasonOfOwnEnd,
  type SentReason,
  terminationOfOwnEnd,
} from './reasons.ts';
import { endOfUnusable } from './relay-failed.ts';
import { sendAccept } from './session-accept.ts';
import { timerAsClient } from './session-timer.ts';
import { flushTrickle, noteTrickle } from './trickle-to-sip.ts';
import { flushToCaller } from './trickle-to-xmpp.ts';
import type { Turn } from './turn.ts';

/**
 * Acknowledges a 2xx by the edge that got it: it keeps the ACK to repeat it. "The ACK MUST contain the same credentials as
 * the INVITE" (RFC 3261 §13.2.2.4).
 */
function acknowledged(turn: Turn, leg: OutLeg, response: SipResponse): Dialog {
  const dialog = confirmedDialog(leg, response);
  const { challenges, request } = leg.invite;
  turn.request(ackIn(dialog, request.cseq), challenges, turn.input.edge);
  return dialog;
}

/**
 * A 2xx that is not wanted: further forks, or one that crossed our CANCEL. One that was seen before comes from an edge that
 * does not have our ACK: another one sent it.
 */
export function endStray(turn: Turn, leg: OutLeg, response: SipResponse): OutLeg {
  const tag = tagOf(response.to);
  const dialog = acknowledged(turn, leg, response);
  if (leg.dialog?.remoteTag === tag || leg.strayTags.includes(tag)) return leg;
  const strayTags = [...leg.strayTags, tag];
  if (leg.state !== 'cancelling') {
    sendBye(turn, { ...leg, dialog });
    return { ...leg, strayTags };
  }
  const ended = sendBye(turn, { ...leg, dialog, strayTags }, leg.cancelReason);
  return endLeg(turn, 'out', ended, leg.end ?? terminationOfOwnEnd('ring-timeout'));
}

/** Ends a call whose description is of no use: BYE, and the caller hears why. */
export function hangUp(turn: Turn, leg: OutLeg, reason: SentReason): OutLeg {
  const ended = sendBye(turn, leg, reasonHeaderOfOwnEnd(endOfUnusable(leg)));
  tellCaller(turn, leg, reason);
  return endLeg(turn, 'out', ended, terminationOfOwnEnd(endOfUnusable(leg)));
}

/** The first 2xx: its SDP, or what the same dialog sent before, becomes the session-accept. */
export function acceptAnswer(turn: Turn, ringing: OutLeg, response: SipResponse): OutLeg {
  const before = withMissedWishes(ringing, tagOf(response.to));
  const dialog = acknowledged(turn, before, response);
  const early = earlyDialogOf(before, dialog.remoteTag);
  const media = mediaIn(before, early);
  const leg = { ...before, dialog, early: withoutMedia(before.early, dialog.remoteTag) };
  const sdp = answerSdp(before, dialog.remoteTag, response);
  if (leg.proposal?.phase === 'proposed' && sdp !== undefined) {
    return timerAsClient(turn, 'out', proceed(turn, { ...leg, state: 'active' }), response);
  }
  if (sdp === undefined || media === undefined) return hangUp(turn, leg, reasonOfOwnEnd(endOfUnusable(leg)));
  const answer = sendAccept(turn, leg, sdp, media, response);
  if (!answer.ok) {
    return hangUp(turn, leg, { condition: reasonOfFault(answer) });
  }
  const { acceptIqId } = answer;
  const active: OutLeg = { ...leg, state: 'active', media: answer.media, acceptIqId };
  const negotiation = negotiationOf(early?.update, answer.media);
  const timed = timerAsClient(turn, 'out', negotiation ? { ...active, negotiation } : active, response);
  return flushTrickle(turn, noteTrickle(flushToCaller(turn, timed), response));
}
