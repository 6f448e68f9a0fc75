/**
 * A 2xx to our INVITE: ACK, then session-accept; or ACK and BYE for every dialog that is not wanted (RFC 3261 §13.2.2.4,
 * draft-ietf-stox-media §10).
 */
import { contactOfSip, parseJid } from '@stoxgate/addressing';
import type { SipResponse } from '@stoxgate/contracts';
import { el } from '@stoxgate/wire-xmpp';
import { FIXED_RESOURCE } from '../fixed-resource.ts';
import { jingleFromAnswer } from '../media/jingle-from-answer.ts';
import type { MediaFault } from '../media/media-state.ts';
import { withChanges } from '../with-changes.ts';
import type { OutLeg } from './call-session.ts';
import { type Dialog, tagOf } from './dialog.ts';
import { ackIn } from './dialog-request.ts';
import { answerSdp, confirmedDialog, earlyDialogOf, mediaIn, withoutMedia } from './early-dialog.ts';
import { negotiationOf, withMissedWishes } from './early-offer.ts';
import { jingleSet, terminate } from './jingle-stanza.ts';
import { endLeg, sdpContext, sendBye, TIMERS, towards } from './leg.ts';
import {
  type JingleReason,
  reasonHeaderOfOwnEnd,
  reasonOfOwnEnd,
  type SentReason,
  terminationOfOwnEnd,
} from './reasons.ts';
import { endOfUnusable } from './relay-failed.ts';
import { timerAsClient } from './session-timer.ts';
import { flushTrickle, noteTrickle } from './trickle-to-sip.ts';
import { flushToCaller } from './trickle-to-xmpp.ts';
import type { Turn } from './turn.ts';

const REASON_OF_FAULT: Readonly<Partial<Record<MediaFault['cause'], JingleReason>>> = {
  'no-usable-media': 'incompatible-parameters',
  'unsupported-applications': 'unsupported-applications',
  'unsupported-transports': 'unsupported-transports',
};

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

/** A 2xx that is not wanted: further forks, or one that crossed our CANCEL. */
export function endStray(turn: Turn, leg: OutLeg, response: SipResponse): OutLeg {
  const tag = tagOf(response.to);
  if (leg.dialog?.remoteTag === tag || leg.strayTags.includes(tag)) return leg;
  const dialog = acknowledged(turn, leg, response);
  const strayTags = [...leg.strayTags, tag];
  if (leg.state !== 'cancelling') {
    sendBye(turn, { ...leg, dialog });
    return { ...leg, strayTags };
  }
  const ended = sendBye(turn, { ...leg, dialog, strayTags }, leg.cancelReason);
  return endLeg(turn, 'out', ended, leg.end ?? terminationOfOwnEnd('ring-timeout'));
}

/** Full JID of who answered: the addressed one, else with the instance in Contact, else a fixed resource. */
function responderOf(turn: Turn, leg: OutLeg, response: SipResponse): string {
  if (parseJid(leg.contact)?.resource !== undefined) return leg.contact;
  const contact = response.contacts[0];
  const party = contact && contactOfSip(turn.policy.addresses, contact.uri, contact.params.gr);
  const resource = party?.ok === true ? parseJid(party.jid)?.resource : undefined;
  return `${leg.contact}/${resource ?? FIXED_RESOURCE}`;
}

function hangUp(turn: Turn, leg: OutLeg, reason: SentReason): OutLeg {
  const ended = sendBye(turn, leg, reasonHeaderOfOwnEnd(endOfUnusable(leg)));
  terminate(turn, towards(leg, leg.user), reason);
  return endLeg(turn, 'out', ended, terminationOfOwnEnd(endOfUnusable(leg)));
}

/** The first 2xx: its SDP, or what the same dialog sent before, becomes the session-accept. */
export function acceptAnswer(turn: Turn, ringing: OutLeg, response: SipResponse): OutLeg {
  const before = withMissedWishes(ringing, tagOf(response.to));
  const dialog = acknowledged(turn, before, response);
  const early = earlyDialogOf(before, dialog.remoteTag);
  const media = mediaIn(before, early);
  const leg = withChanges(before, { dialog, early: withoutMedia(before.early, dialog.remoteTag) });
  const sdp = answerSdp(before, dialog.remoteTag, response);
  if (sdp === undefined || media === undefined) return hangUp(turn, leg, reasonOfOwnEnd(endOfUnusable(leg)));
  const answer = jingleFromAnswer(sdp, media, sdpContext(turn, leg.user, 'initiator'));
  if (!answer.ok) {
    return hangUp(turn, leg, { condition: REASON_OF_FAULT[answer.cause] ?? 'failed-application' });
  }
  const to = towards(leg, leg.user);
  const responder = responderOf(turn, leg, response);
  const acceptIqId = jingleSet(turn, to, 'session-accept', answer.children, { responder });
  if (answer.removed.length > 0) {
    const contents = answer.removed.map(({ creator, name }) => el('content', { creator, name }));
    jingleSet(turn, to, 'content-remove', contents);
  }
  if (answer.replaced.length > 0) jingleSet(turn, to, 'transport-replace', answer.replaced);
  turn.clearTimer(TIMERS.out.ring);
  turn.setTimer(TIMERS.out.accept, turn.policy.iqTimeoutMs);
  const active = withChanges(leg, { state: 'active', media: answer.media, acceptIqId });
  const negotiation = negotiationOf(early?.update, answer.media);
  const timed = timerAsClient(turn, 'out', negotiation ? { ...active, negotiation } : active, response);
  return flushTrickle(turn, noteTrickle(flushToCaller(turn, timed), response));
}
