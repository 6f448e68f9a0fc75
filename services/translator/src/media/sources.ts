/**
 * Media sources: `a=ssrc`, `a=ssrc-group` and `<source/>`, `<ssrc-group/>`. XEP-0339, RFC 5576.
 */
import type { XmlElement } from '@stoxgate/contracts';
import {
  type Attribute,
  isToken,
  MAX_UINT32,
  type MediaDescription,
  readUint,
  type SourceAttribute,
  type SourceGroup,
} from '@stoxgate/wire-sdp';
import { childrenOf, el, NS } from '@stoxgate/wire-xmpp';

export type Sources = Pick<MediaDescription, 'sources' | 'sourceGroups'>;

/** Older drafts said `id`. */
const ssrcOf = ({ attrs }: XmlElement): number | undefined => readUint(attrs.ssrc ?? attrs.id, MAX_UINT32);

const inSsma = (parent: XmlElement, name: string): XmlElement[] =>
  childrenOf(parent, name).filter(({ attrs }) => attrs.xmlns === NS.JINGLE_RTP_SSMA);

/**
 * Sources of a `<description/>`. Its `ssrc` attribute counts only where there is no `<source/>`; SDP wants a
 * canonical name with it, for which `cname` is taken.
 */
export function sourcesFromJingle(description: XmlElement, cname: string): Sources {
  const sources: SourceAttribute[] = [];
  for (const source of inSsma(description, 'source')) {
    const ssrc = ssrcOf(source);
    if (ssrc === undefined) continue;
    for (const { attrs } of childrenOf(source, 'parameter')) {
      if (attrs.name === undefined || !isToken(attrs.name)) continue;
      sources.push({ ssrc, name: attrs.name, ...(attrs.value ? { value: attrs.value } : {}) });
    }
  }
  const single = readUint(description.attrs.ssrc, MAX_UINT32);
  if (sources.length === 0 && single !== undefined)
    sources.push({ ssrc: single, name: 'cname', value: cname });
  const sourceGroups: SourceGroup[] = [];
  for (const group of inSsma(description, 'ssrc-group')) {
    const { semantics = '' } = group.attrs;
    const ssrcs = childrenOf(group, 'source')
      .map(ssrcOf)
      .filter((ssrc) => ssrc !== undefined);
    if (isToken(semantics) && ssrcs.length > 0) sourceGroups.push({ semantics, ssrcs });
  }
  return { sources, sourceGroups };
}

/** Whether any source names its media stream. */
export const hasMsid = ({ sources }: Sources): boolean => sources.some(({ name }) => name === 'msid');

/** `a=msid` of the m-line itself becomes one of each source, unless the sources have their own. */
function withMsid(sources: readonly SourceAttribute[], attributes: readonly Attribute[]): SourceAttribute[] {
  const msid = attributes.find(({ name }) => name === 'msid')?.value;
  if (msid === undefined || sources.some(({ name }) => name === 'msid')) return [...sources];
  const ssrcs = [...new Set(sources.map(({ ssrc }) => ssrc))];
  return [...sources, ...ssrcs.map((ssrc) => ({ ssrc, name: 'msid', value: msid }))];
}

/** Elements for groups, then sources in the order they are first met. */
export function sourcesToJingle(media: MediaDescription): XmlElement[] {
  if (media.sources.length === 0 && media.sourceGroups.length === 0) return [];
  const bySsrc = new Map<number, XmlElement[]>();
  for (const { ssrc, name, value } of withMsid(media.sources, media.attributes)) {
    const parameters = bySsrc.get(ssrc) ?? [];
    parameters.push(el('parameter', { name, value }));
    bySsrc.set(ssrc, parameters);
  }
  return [
    ...media.sourceGroups.map(({ semantics, ssrcs }) =>
      el(
        'ssrc-group',
        { xmlns: NS.JINGLE_RTP_SSMA, semantics },
        ...ssrcs.map((ssrc) => el('source', { ssrc })),
      ),
    ),
    ...[...bySsrc].map(([ssrc, parameters]) =>
      el('source', { xmlns: NS.JINGLE_RTP_SSMA, ssrc }, ...parameters),
    ),
  ];
}
