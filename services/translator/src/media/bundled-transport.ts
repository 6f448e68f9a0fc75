/**
 * One transport for a whole bundle: what the first of it says of ICE and DTLS holds for those that say nothing.
 * RFC 9143 §7.1.3, XEP-0338.
 */
import type { XmlElement } from '@stoxgate/contracts';
import { childrenOf, elementsOf, NS } from '@stoxgate/wire-xmpp';
import { fingerprintElements } from './fingerprint.ts';
import { transportKindOf } from './namespaces.ts';

const iceTransport = (content: XmlElement): XmlElement | undefined =>
  elementsOf(content).find(
    ({ name, attrs }) => name === 'transport' && transportKindOf(attrs.xmlns) === 'ice-udp',
  );

function completed(transport: XmlElement, shared: XmlElement): XmlElement {
  const { ufrag, pwd } = shared.attrs;
  const lacks = transport.attrs.ufrag === undefined && ufrag !== undefined && pwd !== undefined;
  const attrs = lacks ? { ...transport.attrs, ufrag, pwd } : transport.attrs;
  const fingerprints = fingerprintElements(transport).length > 0 ? [] : fingerprintElements(shared);
  return { ...transport, attrs, children: [...transport.children, ...fingerprints] };
}

/** The contents of a `<jingle/>`, each of a bundle with credentials and fingerprints as the first of it where it has none. */
export function bundledContents(jingle: XmlElement): readonly XmlElement[] {
  const contents = childrenOf(jingle, 'content');
  const bundle = childrenOf(jingle, 'group').find(
    ({ attrs }) => attrs.xmlns === NS.JINGLE_GROUPING && attrs.semantics === 'BUNDLE',
  );
  const members = bundle === undefined ? [] : childrenOf(bundle, 'content').map(({ attrs }) => attrs.name);
  const first = contents.find(({ attrs }) => attrs.name !== undefined && attrs.name === members[0]);
  const shared = first && iceTransport(first);
  if (shared === undefined) return contents;
  return contents.map((content) => {
    const transport = iceTransport(content);
    if (content === first || transport === undefined || !members.includes(content.attrs.name)) return content;
    const whole = completed(transport, shared);
    return { ...content, children: content.children.map((child) => (child === transport ? whole : child)) };
  });
}
