/**
 * DTLS-SRTP: `a=fingerprint`, `a=setup` and `<fingerprint/>`. XEP-0320; RFC 8122 §5, 4145 §4, 5763 §5.
 */
import type { XmlElement } from '@stoxgate/contracts';
import { type Fingerprint, isToken, type MediaDescription, type Setup } from '@stoxgate/wire-sdp';
import { childrenOf, el, textOf } from '@stoxgate/wire-xmpp';
import { isFingerprint } from './namespaces.ts';

export type DtlsParameters = Pick<MediaDescription, 'fingerprints' | 'setup'>;

const readSetup = (text: string | undefined): Setup | undefined =>
  text === 'actpass' || text === 'active' || text === 'passive' ? text : undefined;

/** `<fingerprint/>` elements of a `<transport/>`. */
export const fingerprintElements = (transport: XmlElement): XmlElement[] =>
  childrenOf(transport, 'fingerprint').filter(({ attrs }) => isFingerprint(attrs.xmlns));

/** Fingerprints of a `<transport/>`, and the role of the first that says one. Malformed ones are left out. */
export function fingerprintsFromJingle(transport: XmlElement): DtlsParameters {
  const fingerprints: Fingerprint[] = [];
  let setup: Setup | undefined;
  for (const element of fingerprintElements(transport)) {
    const hash = element.attrs.hash ?? '';
    const value = textOf(element).replace(/\s+/g, '').toUpperCase();
    if (!isToken(hash) || !/^[0-9A-F]{2}(?::[0-9A-F]{2})*$/.test(value)) continue;
    fingerprints.push({ hash: hash.toLowerCase(), value });
    setup ??= readSetup(element.attrs.setup);
  }
  return { fingerprints, setup };
}

/** `<fingerprint/>` elements in `xmlns`. `holdconn` has no Jingle word and is left out. */
export const fingerprintsToJingle = ({ fingerprints, setup }: DtlsParameters, xmlns: string): XmlElement[] =>
  fingerprints.map(({ hash, value }) =>
    el('fingerprint', { xmlns, hash, setup: setup === 'holdconn' ? undefined : setup }, value),
  );

/** Role in an offer: any, where the offerer does not say (RFC 5763 §5). */
export const offeredSetup = (setup: Setup | undefined): Setup => setup ?? 'actpass';

/**
 * Role in an answer to `offered`: the other one. Where either may be, what was said or `active`; never `actpass`.
 * An offer that holds the connection is answered in kind (RFC 4145 §4.1).
 */
export function answeredSetup(setup: Setup | undefined, offered: Setup | undefined): Setup {
  if (offered === 'holdconn') return 'holdconn';
  if (offered === 'active') return 'passive';
  if (offered === 'passive') return 'active';
  return setup === 'passive' ? 'passive' : 'active';
}
