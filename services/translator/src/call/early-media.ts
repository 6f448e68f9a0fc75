/**
 * Early media for callers that take it: the SDP of a provisional response as a content of disposition `early-session`,
 * once in a call. XEP-0269; by configuration only.
 */
import { elementsOf } from '@stoxgate/wire-xmpp';
import { jingleFromAnswer } from '../media/jingle-from-answer.ts';
import type { OutLeg } from './call-session.ts';
import { earlyDialogOf } from './early-dialog.ts';
import type { JingleRequest } from './jingle.ts';
import { jingleSet } from './jingle-stanza.ts';
import { sdpContext, towards } from './leg.ts';
import type { Turn } from './turn.ts';

/** Keeps its contents apart from those of the session. */
const PREFIX = 'early-';

/** Offers the early media of the dialog `tag`; the leg as it is where there is none, or where some was offered. */
export function offerEarlyMedia(turn: Turn, leg: OutLeg, tag: string): OutLeg {
  const sdp = earlyDialogOf(leg, tag)?.sdp;
  if (turn.policy.early183 !== 'early-media' || leg.earlyMediaOffered === true) return leg;
  if (sdp === undefined || leg.media === undefined) return leg;
  const answer = jingleFromAnswer(sdp, leg.media, sdpContext(turn, leg, 'initiator'));
  if (!answer.ok) return leg;
  const contents = answer.children
    .filter(({ name }) => name === 'content')
    .map((content) => ({
      ...content,
      attrs: {
        ...content.attrs,
        creator: 'responder',
        name: `${PREFIX}${content.attrs.name}`,
        disposition: 'early-session',
      },
      children: elementsOf(content),
    }));
  jingleSet(turn, towards(leg, leg.user), 'content-add', contents);
  return { ...leg, earlyMediaOffered: true };
}

const ANSWERS: ReadonlySet<string> = new Set(['content-accept', 'content-reject']);

/** Whether a request of the caller answers the early media that it was offered: nothing follows from it. */
export const answersEarlyMedia = (leg: OutLeg, { action, jingle }: JingleRequest): boolean =>
  leg.earlyMediaOffered === true &&
  ANSWERS.has(action) &&
  elementsOf(jingle).every(
    ({ name, attrs }) => name !== 'content' || attrs.name?.startsWith(PREFIX) === true,
  );
