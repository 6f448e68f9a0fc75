/**
 * What the client says it can do, and what others say. XEP-0030, XEP-0115.
 */
import type { ClientHabits } from '../client-habits.ts';
import { attributeOf, childOf, childrenOf, el, NS } from './xml.ts';
import type { XmppStream } from './xmpp-stream.ts';

const CAPS = 'http://jabber.org/protocol/caps';
const NODE = 'https://client.test';

const featuresOf = ({ jmi }: ClientHabits): readonly string[] =>
  [
    CAPS,
    NS.DISCO_INFO,
    NS.JINGLE,
    NS.RTP,
    'urn:xmpp:jingle:apps:rtp:audio',
    NS.ICE,
    NS.DTLS,
    NS.GROUP,
    NS.SSMA,
    NS.FEEDBACK,
    NS.HEADERS,
    ...(jmi ? [NS.JMI] : []),
  ].sort();

async function versionOf(features: readonly string[]): Promise<string> {
  const text = `client/web//Caller<${features.map((feature) => `${feature}<`).join('')}`;
  const digest = await crypto.subtle.digest('SHA-1', new TextEncoder().encode(text));
  return btoa(String.fromCharCode(...new Uint8Array(digest)));
}

export async function presenceOf(habits: ClientHabits): Promise<Element> {
  const ver = await versionOf(featuresOf(habits));
  return el(NS.CLIENT, 'presence', {}, el(CAPS, 'c', { hash: 'sha-1', node: NODE, ver }));
}

/** The answer to a disco#info `query`. */
export function infoOf(habits: ClientHabits, query: Element): Element {
  const node = query.getAttribute('node') ?? undefined;
  return el(
    NS.DISCO_INFO,
    'query',
    { node },
    el(NS.DISCO_INFO, 'identity', { category: 'client', type: 'web', name: 'Caller' }),
    ...featuresOf(habits).map((feature) => el(NS.DISCO_INFO, 'feature', { var: feature })),
  );
}

/** Features of `jid`; none when it does not answer. */
export async function featuresAt(stream: XmppStream, jid: string): Promise<readonly string[]> {
  const info = await stream.iq('get', jid, el(NS.DISCO_INFO, 'query')).catch(() => undefined);
  return childrenOf(childOf(info, 'query'), 'feature').map((feature) => attributeOf(feature, 'var'));
}
