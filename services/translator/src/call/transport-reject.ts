/**
 * A transport-reject of what we had to replace because the SIP party did: the method from before leads nowhere any more. With
 * other contents left those without a transport are removed, else the session is over. XEP-0166 §7.2.15.
 */
import { el } from '@stoxgate/wire-xmpp';
import type { MediaState, SdpContext } from '../media/media-state.ts';
import { lastRemote, ownMedia } from '../media/own-media.ts';
import { hasIce } from '../media/remote-media.ts';
import { indexOfContent } from '../media/reoffer-transports.ts';
import type { InLeg, OutLeg } from './call-session.ts';
import { endCall } from './end-call.ts';
import type { JingleRequest } from './jingle.ts';
import { acknowledge } from './jingle-stanza.ts';
import type { Side } from './leg.ts';
import { contextOf, tell } from './leg-party.ts';
import { addWish } from './offer-client.ts';
import type { Turn } from './turn.ts';

/** Contents in use whose two sides have transports of different methods: a transport-replace of ours is open for them. */
function unmatched(media: MediaState, { xmppRole }: SdpContext): readonly number[] {
  const own = ownMedia(media, xmppRole).lines;
  const remote = lastRemote(media);
  return media.contents.flatMap(({ status }, index) => {
    const ours = own[index];
    const theirs = remote[index];
    if (status !== 'active' || ours === undefined || theirs === undefined) return [];
    return hasIce(ours) === hasIce(theirs) ? [] : [index];
  });
}

/** The leg after a transport-reject; undefined: it rejects nothing of ours. */
export function onTransportReject<AnyLeg extends OutLeg | InLeg>(
  turn: Turn,
  side: Side,
  leg: AnyLeg,
  { iq, jingle }: JingleRequest,
): AnyLeg | undefined {
  const { media, state } = leg;
  if (media?.remoteSdp === undefined || state !== 'active') return undefined;
  const named = jingle.children.flatMap((child) =>
    typeof child === 'string' || child.name !== 'content' ? [] : [indexOfContent(media, child)],
  );
  const rejected = unmatched(media, contextOf(turn, leg)).filter((index) => named.includes(index));
  if (rejected.length === 0) return undefined;
  acknowledge(turn, iq);
  const isOver = media.contents.every(
    ({ status }, index) => status === 'refused' || rejected.includes(index),
  );
  if (isOver) return endCall(turn, side, leg, 'transport-rejected');
  const contents = rejected.flatMap((index) => {
    const content = media.contents[index];
    return content === undefined ? [] : [el('content', { creator: content.creator, name: content.name })];
  });
  tell(turn, leg, 'content-remove', contents);
  return addWish(turn, side, leg, { action: 'content-remove', jingle: el('jingle', {}, ...contents) });
}
