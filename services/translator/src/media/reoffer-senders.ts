/**
 * `senders` as they really are, for an XMPP party that believes something else. XEP-0166 §7.2.3.
 */
import type { XmlElement } from '@stoxgate/contracts';
import { el } from '@stoxgate/wire-xmpp';
import { agreedSenders, offeredDirection } from './directions.ts';
import { sendersWritten } from './fixed-senders.ts';
import type { MediaState, SdpContext } from './media-state.ts';
import { lastRemote, ownMedia } from './own-media.ts';

/** Contents for a content-modify, and the state after it. Nothing where the XMPP party knows how it is. */
export function correctedSenders(
  media: MediaState,
  context: SdpContext,
): { readonly children: readonly XmlElement[]; readonly media: MediaState } {
  const own = ownMedia(media, context.xmppRole).lines;
  const remote = lastRemote(media);
  const children: XmlElement[] = [];
  const contents = media.contents.map((state, index) => {
    const line = own[index];
    if (state.status !== 'active' || state.senders === undefined || line === undefined) return state;
    const unmuted = { ...state, holds: { ...state.holds, muted: false } };
    const ours = offeredDirection(unmuted, line.direction ?? 'sendrecv');
    const senders = agreedSenders(ours, remote[index]?.direction ?? 'sendrecv', context.xmppRole);
    if (senders === state.senders) return state;
    children.push(el('content', { creator: state.creator, name: state.name, senders }));
    return { ...state, senders };
  });
  return { children: sendersWritten(children, context), media: { ...media, contents } };
}
