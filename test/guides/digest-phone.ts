/**
 * A phone that has an account where it registers: it answers one challenge, and all requests after it alike. RFC 3261 §22.
 */
import { createHash, randomBytes } from 'node:crypto';
import type { SipHeaders } from '@stoxgate/contracts';
import type { SipPhone } from '@stoxgate/testkit';
import { parseDigestParams } from '@stoxgate/wire-sip';
import { expect } from 'vitest';

export interface Account {
  readonly username: string;
  readonly password: string;
  readonly domain: string;
}

/** Headers of a request that the account makes. */
export type Authorization = (method: string, requestUri: string) => SipHeaders;

const md5 = (text: string): string => createHash('md5').update(text).digest('hex');

/** Registers; gives what authorizes further requests by the same nonce. */
export async function register(
  phone: SipPhone,
  account: Account,
  timeoutMs = 20_000,
): Promise<Authorization> {
  const { username, password, domain } = account;
  const requestUri = `sip:${domain}`;
  const address = `sip:${username}@${domain}`;
  const ask = (headers: SipHeaders) =>
    phone
      .request('REGISTER', {
        to: address,
        from: address,
        requestUri,
        headers: { expires: ['600'], ...headers },
      })
      .waitFor('final', timeoutMs);
  const challenged = await ask({});
  expect(challenged.status).toBe(401);
  const [challenge = ''] = challenged.headers['www-authenticate'] ?? [];
  const { realm = '', nonce = '', qop, opaque } = parseDigestParams(challenge) ?? {};
  let count = 0;
  const authorization: Authorization = (method, uri) => {
    const nc = String(++count).padStart(8, '0');
    const cnonce = randomBytes(8).toString('hex');
    const [secret, what] = [md5(`${username}:${realm}:${password}`), md5(`${method}:${uri}`)];
    const [middle, rest] =
      qop === undefined ? ['', ''] : [`${nc}:${cnonce}:auth:`, `, qop=auth, nc=${nc}, cnonce="${cnonce}"`];
    const response = md5(`${secret}:${nonce}:${middle}${what}`);
    const given = opaque === undefined ? '' : `, opaque="${opaque}"`;
    const value = `Digest username="${username}", realm="${realm}", nonce="${nonce}", uri="${uri}", algorithm=MD5, response="${response}"${rest}${given}`;
    return { authorization: [value] };
  };
  expect((await ask(authorization('REGISTER', requestUri))).status).toBe(200);
  return authorization;
}
