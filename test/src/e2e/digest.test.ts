/**
 * A proxy that wants to know who calls: INVITE and MESSAGE are challenged and answered with the configured credentials.
 * RFC 3261 §22.3; RFC 7616 §3.4, RFC 8760.
 */
import { createHash } from 'node:crypto';
import { type JingleUser, jingleOf, type PhoneRequest, reasonOf, type SipPhone } from '@stoxgate/testkit';
import { childOf, el, readStanzaError } from '@stoxgate/wire-xmpp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { contactOf, MODES, startWorld, type World } from './world.ts';

const BOB = contactOf('bob');
const REALM = 'proxy.sip.test';
const USERNAME = 'gateway';
const PASSWORD = 'open sesame';
const ALGORITHMS = [
  ['MD5', 'md5'],
  ['SHA-256', 'sha256'],
] as const;

let nonces = 0;

function challenge(request: PhoneRequest, algorithm: string, realm = REALM): string {
  const nonce = `nonce-${++nonces}`;
  const value = `Digest realm="${realm}", nonce="${nonce}", qop="auth", algorithm=${algorithm}`;
  request.respond(407, { headers: { 'proxy-authenticate': [value] } });
  return nonce;
}

/** The parameters of the credentials, quotes taken off. */
function credentialsIn({ request }: PhoneRequest): Record<string, string> {
  const [value = ''] = request.headers['proxy-authorization'] ?? [];
  expect(value).toMatch(/^Digest /);
  const pairs = value.matchAll(/(\w+)=(?:"([^"]*)"|([^,\s]*))/g);
  return Object.fromEntries([...pairs].map(([, name = '', quoted, plain]) => [name, quoted ?? plain ?? '']));
}

/** Checks the answer to the challenge `nonce` as the proxy would. */
function expectAuthorized(request: PhoneRequest, hash: string, algorithm: string, nonce: string): void {
  const credentials = credentialsIn(request);
  const { method, requestUri } = request.request;
  expect(credentials).toMatchObject({
    username: USERNAME,
    realm: REALM,
    nonce,
    uri: requestUri,
    algorithm,
    qop: 'auth',
    nc: '00000001',
  });
  const digest = (text: string): string => createHash(hash).update(text).digest('hex');
  const { cnonce, nc } = credentials;
  const expected = digest(
    [
      digest(`${USERNAME}:${REALM}:${PASSWORD}`),
      nonce,
      nc,
      cnonce,
      'auth',
      digest(`${method}:${requestUri}`),
    ].join(':'),
  );
  expect(credentials.response).toBe(expected);
}

describe.each(MODES)('digest, %s', (mode) => {
  let world: World;
  let phone: SipPhone;
  let alice: JingleUser;

  beforeAll(async () => {
    world = await startWorld(mode, {
      accounts: ['alice'],
      sip: { credentials: [{ realm: REALM, username: USERNAME, password: PASSWORD }] },
    });
    phone = await world.phone({ user: 'bob' });
    alice = await world.caller('alice');
  });
  afterAll(() => world?.stop());

  test.each(ALGORITHMS)(
    'digest - a challenged INVITE, %s: again with the answer, then a call as any other',
    async (algorithm, hash) => {
      const sid = await alice.initiate(BOB);
      const first = await phone.nextRequest('INVITE');
      expect(first.request.headers['proxy-authorization']).toBeUndefined();
      const nonce = challenge(first, algorithm);
      const second = await phone.nextRequest('INVITE');
      expectAuthorized(second, hash, algorithm, nonce);
      expect(second.request).toMatchObject({
        callId: sid,
        from: first.request.from,
        cseq: { number: first.request.cseq.number + 1 },
        body: first.request.body,
      });
      expect(second.request.vias[0]).not.toBe(first.request.vias[0]);
      second.respond(180);
      await alice.nextJingle('session-info', sid);
      second.respond(200, { sdp: true });
      await alice.nextJingle('session-accept', sid);
      const ack = await second.nextRequest('ACK');
      expect(ack.request.cseq.number).toBe(second.request.cseq.number);
      expect(credentialsIn(ack)).toEqual(credentialsIn(second));
      expect((await second.bye()).status).toBe(200);
      expect(reasonOf(await alice.nextJingle('session-terminate', sid))).toBe('success');
    },
  );

  test.each(ALGORITHMS)(
    'digest - a challenged MESSAGE, %s: again with the answer',
    async (algorithm, hash) => {
      const id = `challenged-${algorithm}`;
      await alice.user.send(el('message', { to: BOB, type: 'chat', id }, el('body', {}, 'hello')));
      const first = await phone.nextRequest('MESSAGE');
      const nonce = challenge(first, algorithm);
      const second = await phone.nextRequest('MESSAGE');
      expectAuthorized(second, hash, algorithm, nonce);
      expect(second.request).toMatchObject({
        callId: first.request.callId,
        cseq: { number: first.request.cseq.number + 1 },
        body: first.request.body,
      });
      second.respond(200);
    },
  );

  test('digest - a realm without credentials: the call and the message fail', async () => {
    const sid = await alice.initiate(BOB);
    challenge(await phone.nextRequest('INVITE'), 'SHA-256', 'elsewhere');
    const terminate = await alice.nextJingle('session-terminate', sid);
    const reason = childOf(jingleOf(terminate), 'reason') ?? el('none');
    expect(childOf(reason, 'sip-error')?.attrs.code).toBe('407');
    await alice.user.send(el('message', { to: BOB, type: 'chat', id: 'refused' }, el('body', {}, 'hello')));
    challenge(await phone.nextRequest('MESSAGE'), 'SHA-256', 'elsewhere');
    const error = await alice.user.next(({ name, attrs }) => name === 'message' && attrs.id === 'refused');
    expect(error.attrs.type).toBe('error');
    expect(readStanzaError(error).type).toBe('auth');
  });
});
