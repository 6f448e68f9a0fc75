/**
 * RTP header extensions: `a=extmap` and `<rtp-hdrext/>`. XEP-0294, RFC 8285.
 */
import type { XmlElement } from '@stoxgate/contracts';
import { type Extmap, readUint } from '@stoxgate/wire-sdp';
import { childOf, childrenOf, el, NS } from '@stoxgate/wire-xmpp';
import type { JingleRole } from './media-state.ts';
import { parameterWords, wordParameter } from './rtcp-feedback.ts';
import { directionOf, sendersOf } from './senders.ts';

/** Extensions of a `<description/>`. Of an id that repeats the first counts; ids 1–255 and 4096–4351. */
export function extmapsFromJingle(description: XmlElement, described: JingleRole): Extmap[] {
  const elements = childrenOf(description, 'rtp-hdrext');
  if (elements.length === 0) return [];
  const found = new Map<number, Extmap>();
  for (const element of elements) {
    const { xmlns, uri, senders } = element.attrs;
    const id = readUint(element.attrs.id, 4351);
    if (xmlns !== NS.JINGLE_RTP_HEADER_EXTENSIONS || !id || (id > 255 && id < 4096) || found.has(id))
      continue;
    if (uri === undefined || !/^\S+$/.test(uri)) continue;
    const direction = directionOf(senders, described);
    const attributes = parameterWords(element).join(' ');
    found.set(id, {
      id,
      ...(direction === 'sendrecv' ? {} : { direction }),
      uri,
      ...(attributes === '' ? {} : { attributes }),
    });
  }
  return [...found.values()];
}

/** `<rtp-hdrext/>` elements; `senders` is left out where both send. */
export const extmapsToJingle = (extmaps: readonly Extmap[], described: JingleRole): XmlElement[] =>
  extmaps.map(({ id, direction, uri, attributes }) => {
    const senders = sendersOf(direction, described);
    return el(
      'rtp-hdrext',
      { xmlns: NS.JINGLE_RTP_HEADER_EXTENSIONS, id, uri, senders: senders === 'both' ? undefined : senders },
      ...(attributes?.split(' ') ?? []).map(wordParameter),
    );
  });

export const allowsMixedFromJingle = (description: XmlElement): boolean =>
  childOf(description, 'extmap-allow-mixed', NS.JINGLE_RTP_HEADER_EXTENSIONS) !== undefined;

export const allowsMixedToJingle = (allowed: boolean): XmlElement | undefined =>
  allowed ? el('extmap-allow-mixed', { xmlns: NS.JINGLE_RTP_HEADER_EXTENSIONS }) : undefined;
