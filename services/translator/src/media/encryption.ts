/**
 * Keys in the signalling: `a=crypto`, `a=zrtp-hash` and `<encryption/>`. XEP-0167 §7, XEP-0262; RFC 4568, 6189.
 */
import type { XmlElement } from '@stoxgate/contracts';
import { type Attribute, type Crypto, isToken, type MediaDescription, readUint } from '@stoxgate/wire-sdp';
import { childrenOf, el, NS, textOf } from '@stoxgate/wire-xmpp';
import { isSecureProfile } from './profile.ts';

const ZRTP_HASH = 'zrtp-hash';

/** Keys of a `<description/>`. ZRTP hashes are attributes that the SDP model gives no meaning to. */
export function encryptionFromJingle(description: XmlElement): {
  cryptos: Crypto[];
  attributes: Attribute[];
  isRequired: boolean;
} {
  const cryptos: Crypto[] = [];
  const attributes: Attribute[] = [];
  let isRequired = false;
  for (const encryption of childrenOf(description, 'encryption')) {
    isRequired ||= encryption.attrs.required === '1' || encryption.attrs.required === 'true';
    for (const { attrs } of childrenOf(encryption, 'crypto')) {
      const tag = readUint(attrs.tag, 999_999_999);
      const suite = attrs['crypto-suite'] ?? '';
      const keyParams = attrs['key-params'] ?? '';
      const sessionParams = attrs['session-params']?.trim();
      if (tag === undefined || !isToken(suite) || !/^\S+$/.test(keyParams)) continue;
      cryptos.push({ tag, suite, keyParams, ...(sessionParams ? { sessionParams } : {}) });
    }
    for (const hash of childrenOf(encryption, ZRTP_HASH)) {
      const value = `${hash.attrs.version ?? ''} ${textOf(hash).trim()}`;
      if (hash.attrs.xmlns === NS.JINGLE_RTP_ZRTP && /^[\d.]+ [0-9A-Fa-f]+$/.test(value))
        attributes.push({ name: ZRTP_HASH, value });
    }
  }
  return { cryptos, attributes, isRequired };
}

/** `<encryption/>` of an m-line, or undefined when it has no keys. Required where the profile is a secure one. */
export function encryptionToJingle(media: MediaDescription): XmlElement | undefined {
  if (media.cryptos.length === 0 && media.attributes.length === 0) return undefined;
  const keys = [
    ...media.cryptos.map(({ tag, suite, keyParams, sessionParams }) =>
      el('crypto', { tag, 'crypto-suite': suite, 'key-params': keyParams, 'session-params': sessionParams }),
    ),
    ...media.attributes.flatMap(({ name, value = '' }) => {
      const [, version, hash] = (name === ZRTP_HASH && /^(\S+)\s+(\S+)$/.exec(value)) || [];
      return hash === undefined ? [] : [el(ZRTP_HASH, { xmlns: NS.JINGLE_RTP_ZRTP, version }, hash)];
    }),
  ];
  if (keys.length === 0) return undefined;
  const required = media.cryptos.length > 0 && isSecureProfile(media.protocol) ? '1' : undefined;
  return el('encryption', { required }, ...keys);
}
