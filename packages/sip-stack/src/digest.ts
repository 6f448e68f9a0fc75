/**
 * Answers to Digest challenges, with the credentials of the configuration. RFC 7616 §3.4, RFC 8760; RFC 2069 where a
 * peer offers no qop. Nothing of this is ever logged.
 */
import { createHash, createHmac, randomBytes } from 'node:crypto';
import type { OutgoingSipRequest, SipBody } from '@stoxgate/contracts';
import {
  type DigestChallenge,
  formatDigestCredentials,
  parseDigestChallenge,
  parseSipUri,
} from '@stoxgate/wire-sip';
import { Generations } from './generations.ts';

export interface Credentials {
  /** Any realm when absent. */
  readonly realm?: string;
  /** `user@host` of the account: of several in a realm, that of the From answers. */
  readonly aor?: string;
  readonly username: string;
  readonly password: string;
}

export interface Challenge {
  readonly header: 'www-authenticate' | 'proxy-authenticate';
  readonly value: string;
}

/** Value of one header that answers a challenge. */
export interface Authorization {
  readonly header: 'authorization' | 'proxy-authorization';
  readonly value: string;
}

interface Algorithm {
  readonly hash: 'md5' | 'sha256' | 'sha512-256';
  readonly session: boolean;
  readonly strength: number;
}

const algorithm = (hash: Algorithm['hash'], session: boolean, strength: number): Algorithm => ({
  hash,
  session,
  strength,
});

const ALGORITHMS: ReadonlyMap<string, Algorithm> = new Map([
  ['MD5', algorithm('md5', false, 1)],
  ['MD5-SESS', algorithm('md5', true, 1)],
  ['SHA-256', algorithm('sha256', false, 2)],
  ['SHA-256-SESS', algorithm('sha256', true, 2)],
  ['SHA-512-256', algorithm('sha512-256', false, 3)],
  ['SHA-512-256-SESS', algorithm('sha512-256', true, 3)],
]);

const algorithmOf = (challenge: DigestChallenge): Algorithm | undefined =>
  ALGORITHMS.get(challenge.algorithm.toUpperCase());

/** A session algorithm needs the cnonce, which goes out with a qop only. */
const isAnswerable = ({ qop }: DigestChallenge, { session }: Algorithm): boolean =>
  (qop.length === 0 && !session) || qop.includes('auth') || qop.includes('auth-int');

interface Usable {
  readonly header: Challenge['header'];
  readonly challenge: DigestChallenge;
  readonly algorithm: Algorithm;
}

/** The challenges that can be answered, the strongest of each realm (RFC 8760 §2.4). */
function strongest(challenges: readonly Challenge[]): readonly Usable[] {
  const best = new Map<string, Usable>();
  for (const { header, value } of challenges) {
    const challenge = parseDigestChallenge(value);
    const found = challenge === undefined ? undefined : algorithmOf(challenge);
    if (challenge === undefined || found === undefined || !isAnswerable(challenge, found)) continue;
    const key = `${header} ${challenge.realm}`;
    if ((best.get(key)?.algorithm.strength ?? 0) < found.strength) {
      best.set(key, { header, challenge, algorithm: found });
    }
  }
  return [...best.values()];
}

const bytesOf = (body: SipBody | undefined): Uint8Array => {
  if (body === undefined) return new Uint8Array(0);
  return Buffer.from(body.content, body.encoding);
};

const accountOf = (uri: string): string => {
  const { user = '', host = '' } = parseSipUri(uri) ?? {};
  return `${user}@${host.toLowerCase()}`;
};

/** Those for the realm itself, else those for any; of several those of the sender, else the first. */
function credentialsFor(all: readonly Credentials[], realm: string, from: string): Credentials | undefined {
  const ofRealm = all.filter((one) => one.realm === realm);
  const fitting = ofRealm.length > 0 ? ofRealm : all.filter((one) => one.realm === undefined);
  if (fitting.length < 2) return fitting[0];
  const account = accountOf(from);
  return fitting.find(({ aor }) => aor !== undefined && accountOf(`sip:${aor}`) === account) ?? fitting[0];
}

const NONCES_MAX = 2000;
const NONCE_LIFETIME_MS = 600_000;

export class DigestClient {
  readonly #credentials: readonly Credentials[];
  readonly #secret = randomBytes(16);
  readonly #uses = new Generations<number>(NONCE_LIFETIME_MS, NONCES_MAX);

  constructor(credentials: readonly Credentials[]) {
    this.#credentials = credentials;
  }

  /**
   * Headers that answer `challenges` for a request sent on `branch`; empty when none of them can be answered.
   * The cnonce derives from the branch. `own`: the credentials of this very request, in place of all others.
   */
  answer(
    request: OutgoingSipRequest,
    branch: string,
    challenges: readonly Challenge[],
    own?: Credentials,
  ): readonly Authorization[] {
    return strongest(challenges).flatMap((usable) => {
      const credentials = credentialsFor(
        own === undefined ? this.#credentials : [own],
        usable.challenge.realm,
        request.from.uri,
      );
      if (credentials === undefined) return [];
      const header = usable.header === 'www-authenticate' ? 'authorization' : 'proxy-authorization';
      return [{ header, value: this.#valueOf(usable, credentials, request, branch) }];
    });
  }

  #valueOf(
    { challenge, algorithm: { hash, session } }: Usable,
    { username, password }: Credentials,
    { method, requestUri: uri, body }: OutgoingSipRequest,
    branch: string,
  ): string {
    const { realm, nonce } = challenge;
    const digest = (data: string | Uint8Array): string => createHash(hash).update(data).digest('hex');
    const qop = challenge.qop.includes('auth')
      ? 'auth'
      : challenge.qop.includes('auth-int')
        ? 'auth-int'
        : undefined;
    const cnonce = createHmac('sha256', this.#secret).update(`${branch} ${nonce}`).digest('hex').slice(0, 16);
    const user = digest(`${username}:${realm}:${password}`);
    const a1 = session ? digest(`${user}:${nonce}:${cnonce}`) : user;
    const entity = qop === 'auth-int' ? `:${digest(bytesOf(body))}` : '';
    const a2 = digest(`${method}:${uri}${entity}`);
    const nc = qop === undefined ? undefined : this.#count(nonce);
    const response = digest(
      qop === undefined ? `${a1}:${nonce}:${a2}` : `${a1}:${nonce}:${nc}:${cnonce}:${qop}:${a2}`,
    );
    return formatDigestCredentials({
      username,
      realm,
      nonce,
      uri,
      response,
      algorithm: challenge.algorithm,
      ...(challenge.opaque !== undefined && { opaque: challenge.opaque }),
      ...(qop !== undefined && nc !== undefined && { qop, cnonce, nc }),
    });
  }

  /** Times that this nonce was used, eight hex digits (RFC 7616 §3.4). */
  #count(nonce: string): string {
    const uses = (this.#uses.get(nonce) ?? 0) + 1;
    this.#uses.set(nonce, uses);
    return uses.toString(16).padStart(8, '0');
  }
}
