/**
 * For tests of later offers and answers: a call that is up, and what each side changes of it.
 */

import { answerFromJingle } from '../media/answer-from-jingle.ts';
import { jingleFromAnswer } from '../media/jingle-from-answer.ts';
import { jingleFromOffer } from '../media/jingle-from-offer.ts';
import type { ContentState, MediaState } from '../media/media-state.ts';
import { offerFromJingle } from '../media/offer-from-jingle.ts';
import { type DeltaOptions, deltaOfOffer } from '../media/reoffer-delta.ts';
import { changeFromJingle } from '../media/reoffer-from-jingle.ts';
import { nextOffer } from '../media/reoffer-next.ts';
import { CALLEE, CALLER, content, jingle, linesOf, mapped, sdp } from './media-world.ts';

export const AUDIO = ['m=audio 4000 RTP/AVP 0', 'a=rtpmap:0 PCMU/8000'];
export const OPTIONS: DeltaOptions = { profile: 'auto', holdAs: 'content-modify', isRefresh: false };
export const VIDEO = "<payload-type id='96' name='VP8' clockrate='90000'/>";
export const film = (attrs = "creator='initiator' name='film'") =>
  content({ attrs, media: 'video', description: VIDEO });

/** A call of the XMPP user with these contents, answered with these lines. */
export function called(contents: readonly string[] = [content()], ...answer: string[]): MediaState {
  const { media } = mapped(offerFromJingle(jingle(...contents), CALLER));
  return mapped(jingleFromAnswer(sdp(...(answer.length > 0 ? answer : AUDIO)), media, CALLER)).media;
}

/** A call to the XMPP user, who accepts with these contents. */
export function taken(offer: readonly string[], ...contents: string[]): MediaState {
  const { media } = mapped(jingleFromOffer(sdp(...offer), CALLEE));
  return mapped(answerFromJingle(jingle(...contents), media, CALLEE)).media;
}

export const changed = (media: MediaState, action: string, ...children: string[]) =>
  mapped(changeFromJingle(action, jingle(...children), media, CALLER));
export const info = (name: string, attrs = '') =>
  `<${name} xmlns='urn:xmpp:jingle:apps:rtp:info:1' ${attrs}/>`;
export const offerOf = (media: MediaState) => linesOf(nextOffer(media, CALLER).sdp);
export const delta = (media: MediaState, lines: readonly string[], options: Partial<DeltaOptions> = {}) =>
  mapped(deltaOfOffer(sdp(...lines), media, CALLER, { ...OPTIONS, ...options }));
export const actionsIn = (changes: readonly { action: string }[]) => changes.map(({ action }) => action);
export const only = (media: MediaState): ContentState => media.contents[0] as ContentState;
