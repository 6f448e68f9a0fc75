/**
 * Who sends after the SIP party answered an offer of ours, and who holds. RFC 3264 §6.1, §8.4; XEP-0166 §7.3.
 */
import type { MediaDescription } from '@stoxgate/wire-sdp';
import { agreedSenders, directionWith, heldByAnswer, receives, sends } from './directions.ts';
import type { ContentState, JingleRole } from './media-state.ts';
import type { Senders } from './senders.ts';

export interface AnsweredSenders {
  /** The content with the senders agreed on. */
  readonly state: ContentState & { readonly senders: Senders };
  /** Senders if the answer had allowed all that was offered. */
  readonly wished: Senders;
}

/** What `answer`, held to what our `offer` allows, makes of a content; `own` is what the XMPP party wants for itself. */
export function answeredSenders(
  old: ContentState,
  offer: MediaDescription,
  answer: MediaDescription,
  own: MediaDescription | undefined,
  role: JingleRole,
): AnsweredSenders {
  const { direction: said = 'sendrecv' } = offer;
  const { direction: heard = 'sendrecv' } = answer;
  const muted = old.holds?.muted === true && sends(own?.direction ?? 'sendrecv');
  const sip = heldByAnswer(said, heard, old.holds?.sip ?? false);
  // Mute is between the user and its microphone: `senders` are as if there was none.
  const offered = muted ? directionWith(!sip, receives(said)) : said;
  const agreed = muted ? directionWith(sends(heard), !sip) : heard;
  const holds = sip || old.holds !== undefined ? { holds: { ...old.holds, sip } } : {};
  return {
    state: { ...old, senders: agreedSenders(offered, agreed, role), ...holds },
    wished: agreedSenders(offered, 'sendrecv', role),
  };
}
