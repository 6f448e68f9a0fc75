/**
 * SCRAM without channel binding, RFC 5802 and RFC 7677: what a client says, given the nonce that it once drew.
 */
import { createHash, createHmac, pbkdf2, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import type { ScramMechanism } from '@stoxgate/contracts';
import { saslPrepared } from './prepare.ts';

const derive = promisify(pbkdf2);

const HASHES: Readonly<Record<ScramMechanism, 'sha1' | 'sha256'>> = {
  'SCRAM-SHA-1': 'sha1',
  'SCRAM-SHA-256': 'sha256',
};

/** No channel binding, no authorization identity: `n,,`, and its base64. */
const GS2_HEADER = 'n,,';
const CHANNEL_BINDING = 'biws';
/** Work that a server may make of one login: some tenths of a second. */
const MAX_ITERATIONS = 1_000_000;

const bareOf = (username: string, nonce: string): string | undefined => {
  const prepared = saslPrepared(username);
  return prepared && `n=${prepared.replaceAll('=', '=3D').replaceAll(',', '=2C')},r=${nonce}`;
};

/** client-first-message; undefined for a name that SASL forbids. */
export function scramFirst(username: string, nonce: string): string | undefined {
  const bare = bareOf(username, nonce);
  return bare && GS2_HEADER + bare;
}

interface Challenge {
  readonly text: string;
  readonly nonce: string;
  readonly salt: Buffer;
  readonly iterations: number;
}

/** server-first-message of base64; undefined when it makes no sense, or wants an extension. */
function challengeOf(base64: string, nonce: string): Challenge | undefined {
  const text = Buffer.from(base64, 'base64').toString('utf8');
  const match = /^r=([\x21-\x2b\x2d-\x7e]+),s=([A-Za-z0-9+/]+={0,2}),i=(\d{1,7})(,.*)?$/s.exec(text);
  const [, serverNonce = '', salt = '', count = ''] = match ?? [];
  const iterations = Number(count);
  const isExtended = serverNonce.length > nonce.length && serverNonce.startsWith(nonce);
  if (!isExtended || iterations < 1 || iterations > MAX_ITERATIONS) return undefined;
  return { text, nonce: serverNonce, salt: Buffer.from(salt, 'base64'), iterations };
}

export interface ScramInput {
  readonly mechanism: ScramMechanism;
  readonly username: string;
  readonly nonce: string;
  /** As it came, base64. */
  readonly challenge: string;
  readonly password: string;
}

export type ScramEnd =
  | {
      readonly ok: true;
      /** client-final-message. */
      readonly message: string;
      /** Whether server-final-message, in base64, is that of a server that knows the password. */
      isProven(serverFinal: string): boolean;
    }
  /** secret: name or password cannot be used. unusable: the challenge makes no sense. */
  | { readonly ok: false; readonly cause: 'secret' | 'unusable' };

/** The end of an exchange. The same input has the same result. */
export async function scramEnd(input: ScramInput): Promise<ScramEnd> {
  const hash = HASHES[input.mechanism];
  const bare = bareOf(input.username, input.nonce);
  const password = saslPrepared(input.password);
  if (bare === undefined || password === undefined) return { ok: false, cause: 'secret' };
  const challenge = challengeOf(input.challenge, input.nonce);
  if (challenge === undefined) return { ok: false, cause: 'unusable' };
  const length = hash === 'sha1' ? 20 : 32;
  const salted = await derive(password, challenge.salt, challenge.iterations, length, hash);
  const hmac = (key: Buffer, text: string): Buffer => createHmac(hash, key).update(text).digest();
  const withoutProof = `c=${CHANNEL_BINDING},r=${challenge.nonce}`;
  const exchange = `${bare},${challenge.text},${withoutProof}`;
  const clientKey = hmac(salted, 'Client Key');
  const signature = hmac(createHash(hash).update(clientKey).digest(), exchange);
  const proof = clientKey.map((byte, at) => byte ^ (signature[at] ?? 0));
  const expected = hmac(hmac(salted, 'Server Key'), exchange);
  return {
    ok: true,
    message: `${withoutProof},p=${Buffer.from(proof).toString('base64')}`,
    isProven: (serverFinal) => {
      const text = Buffer.from(serverFinal, 'base64').toString('utf8');
      const verifier = Buffer.from(/^v=([A-Za-z0-9+/]+={0,2})(?:,|$)/.exec(text)?.[1] ?? '', 'base64');
      return verifier.length === expected.length && timingSafeEqual(verifier, expected);
    },
  };
}
