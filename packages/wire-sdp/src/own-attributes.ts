/**
 * Readers for the attributes that sdp-transform truncates: each takes the value after `name:` and returns undefined
 * when it is malformed or out of range. RFC 8866 (rtpmap), 4585 (rtcp-fb), 8285 (extmap), 4568 (crypto),
 * 8122 (fingerprint), 5888 (group).
 */
import type {
  Crypto,
  Direction,
  Extmap,
  Fingerprint,
  Group,
  RtcpFeedback,
  Rtpmap,
} from './session-description.ts';
import { isToken } from './token.ts';
import { MAX_PAYLOAD, MAX_UINT31, readUint } from './uint.ts';

export const isDirection = (text: string | undefined): text is Direction =>
  text === 'sendrecv' || text === 'sendonly' || text === 'recvonly' || text === 'inactive';

/** First `count` words of a value, and what follows them. */
function wordsOf(value: string, count: number): { words: string[]; rest: string | undefined } {
  const words = value.split(/[ \t]+/);
  const rest = words.slice(count).join(' ');
  return { words: words.slice(0, count), rest: rest === '' ? undefined : rest };
}

/** `111 opus/48000/2`; the clock may be missing. */
export function readRtpmap(value: string): Rtpmap | undefined {
  const match = /^(\d{1,3})[ \t]+([^\s/]+)(?:\/(\d+)(?:\/(\d+))?)?$/.exec(value);
  const payload = readUint(match?.[1], MAX_PAYLOAD);
  const name = match?.[2];
  if (payload === undefined || name === undefined || !isToken(name)) return undefined;
  const clockRate = readUint(match?.[3], MAX_UINT31);
  const channels = readUint(match?.[4], 255);
  return {
    payload,
    name,
    ...(clockRate === undefined || clockRate === 0 ? {} : { clockRate }),
    ...(channels === undefined || channels < 2 ? {} : { channels }),
  };
}

/** `96 ccm tmmbr smaxpr=120`, `* nack`. */
export function readRtcpFeedback(value: string): RtcpFeedback | undefined {
  const {
    words: [id, type],
    rest,
  } = wordsOf(value, 2);
  const payload = id === '*' ? id : readUint(id, MAX_PAYLOAD);
  if (payload === undefined || type === undefined || !isToken(type)) return undefined;
  return { payload, type, ...(rest === undefined ? {} : { rest }) };
}

/** `3/recvonly urn:ietf:params:rtp-hdrext:toffset a=b`; ids 1–255 and 4096–4351. */
export function readExtmap(value: string): Extmap | undefined {
  const {
    words: [head = '', uri],
    rest,
  } = wordsOf(value, 2);
  const [number, direction, ...more] = head.split('/');
  const id = readUint(number, 4351);
  if (id === undefined || id === 0 || (id > 255 && id < 4096) || uri === undefined || more.length > 0) {
    return undefined;
  }
  if (direction !== undefined && !isDirection(direction)) return undefined;
  return { id, uri, ...(direction && { direction }), ...(rest === undefined ? {} : { attributes: rest }) };
}

/** `1 AES_CM_128_HMAC_SHA1_80 inline:… KDR=1 UNENCRYPTED_SRTP`. */
export function readCrypto(value: string): Crypto | undefined {
  const {
    words: [number, suite, keyParams],
    rest,
  } = wordsOf(value, 3);
  const tag = readUint(number, 999_999_999);
  if (tag === undefined || suite === undefined || !isToken(suite) || keyParams === undefined)
    return undefined;
  return { tag, suite, keyParams, ...(rest === undefined ? {} : { sessionParams: rest }) };
}

/** `sha-256 02:1A:…`: hash name in lower case, digits in upper case. */
export function readFingerprint(value: string): Fingerprint | undefined {
  const match = /^(\S+)[ \t]+([0-9A-Fa-f]{2}(?::[0-9A-Fa-f]{2})*)$/.exec(value);
  const [, hash, digits] = match ?? [];
  if (hash === undefined || digits === undefined || !isToken(hash)) return undefined;
  return { hash: hash.toLowerCase(), value: digits.toUpperCase() };
}

/** `BUNDLE audio video`. A mid that is no token, or repeated, is left out. */
export function readGroup(value: string): Group | undefined {
  const [semantics = '', ...mids] = value.split(/[ \t]+/);
  return isToken(semantics) ? { semantics, mids: [...new Set(mids.filter(isToken))] } : undefined;
}
