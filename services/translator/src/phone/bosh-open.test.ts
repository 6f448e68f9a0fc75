import { el, NS } from '@stoxgate/wire-xmpp';
import { expect, test } from 'vitest';
import {
  bindFeatures,
  body,
  iq,
  onlinePhone,
  only,
  Phone,
  SECRET,
  sasl,
  saslFeatures,
  stanzaErrorOf,
  TERMS,
  takeToPresence,
  textOf,
} from '../testing/phone-world.ts';

const BODY = '<body xmlns="http://jabber.org/protocol/httpbind"';
const CHALLENGE = 'cj1mZSxzPXEsaT00MDk2';

const authOf = (phone: Phone, ...mechanisms: string[]) =>
  only(phone.answer(only(phone.tell('online')), body(TERMS, saslFeatures(...mechanisms))));

test('bosh open - creation, SASL, restart, resource, presence: six requests, one rid after the other', () => {
  const phone = new Phone();
  const create = only(phone.tell('online'));
  expect(create).toMatchObject({ url: 'https://example.org/http-bind', attempt: 1, timeoutMs: 75_000 });
  expect(textOf(create)).toBe(
    `${BODY} xmlns:xmpp="urn:xmpp:xbosh" rid="123456" to="example.org" ver="1.6" wait="60" hold="1" content="text/xml; charset=utf-8" xml:lang="en" xmpp:version="1.0"></body>`,
  );
  const auth = only(phone.answer(create, body(TERMS, saslFeatures('PLAIN'))));
  expect(textOf(auth)).toBe(`${BODY} rid="123457" sid="s1">[plain]</body>`);
  expect(auth.payload).toEqual({ step: 'plain', username: 'juliet', secret: SECRET });
  const restart = only(phone.answer(auth, body({}, sasl('success'))));
  expect(textOf(restart)).toBe(
    `${BODY} xmlns:xmpp="urn:xmpp:xbosh" rid="123458" sid="s1" to="example.org" xml:lang="en" xmpp:restart="true"></body>`,
  );
  const bind = only(phone.answer(restart, body({}, bindFeatures())));
  expect(textOf(bind)).toBe(
    `${BODY} rid="123459" sid="s1"><iq xmlns="jabber:client" type="set" id="bind-0"><bind xmlns="urn:ietf:params:xml:ns:xmpp-bind"><resource>SIP-phone</resource></bind></iq></body>`,
  );
  const shown = only(phone.answer(bind, body({}, iq('result', 'bind-0'))));
  expect(textOf(shown)).toBe(
    `${BODY} rid="123460" sid="s1"><presence xmlns="jabber:client" id="${phone.session?.presenceId}"><priority>-1</priority></presence></body>`,
  );
  expect(phone.session).toMatchObject({ lastRid: 123_460, bosh: { sid: 's1', shown: 'available' } });
});

test('bosh open - features that do not come with the session are waited for', () => {
  const phone = new Phone();
  const empty = only(phone.answer(only(phone.tell('online')), body(TERMS)));
  expect(textOf(empty)).toBe(`${BODY} rid="123457" sid="s1"></body>`);
  expect(only(phone.answer(empty, body({}, saslFeatures('PLAIN')))).payload).toMatchObject({ step: 'plain' });
});

test('bosh open - whatever step is answered by nothing, an empty request follows', () => {
  const phone = new Phone();
  const auth = authOf(phone, 'PLAIN');
  const afterAuth = only(phone.answer(auth, body({})));
  const restart = only(phone.answer(afterAuth, body({}, sasl('success'))));
  const afterRestart = only(phone.answer(restart, body({})));
  const bind = only(phone.answer(afterRestart, body({}, bindFeatures())));
  const afterBind = only(phone.answer(bind, body({})));
  expect([afterAuth, afterRestart, afterBind].map(({ payload }) => payload)).toEqual(['', '', '']);
  expect(phone.answer(afterBind, body({}, iq('result', 'bind-0')))).toHaveLength(1);
  expect(phone.bosh?.phase).toBe('open');
});

test('bosh open - empty requests that are answered at once keep the pace that the server sets', () => {
  const phone = new Phone();
  const first = only(phone.answer(authOf(phone, 'PLAIN'), body({})));
  expect(phone.answer(first, body({}))).toEqual([]);
  expect(phone.wait(4999)).toEqual([]);
  expect(phone.wait(1)).toHaveLength(1);
});

test('bosh open - SCRAM where it is offered, with a nonce that nobody can foresee', () => {
  const phone = new Phone();
  const first = authOf(phone, 'PLAIN', 'SCRAM-SHA-1', 'SCRAM-SHA-1-PLUS');
  const nonce = phone.bosh?.nonce ?? '';
  expect(nonce).toMatch(/^[0-9a-f]{36}$/);
  expect(first.payload).toEqual({
    step: 'scram-first',
    mechanism: 'SCRAM-SHA-1',
    username: 'juliet',
    nonce,
  });
  const final = only(phone.answer(first, body({}, sasl('challenge', CHALLENGE))));
  expect(final.payload).toEqual({
    step: 'scram-final',
    mechanism: 'SCRAM-SHA-1',
    username: 'juliet',
    nonce,
    challenge: CHALLENGE,
    secret: SECRET,
  });
  const restart = only(phone.answer(final, body({}, sasl('success', 'dj1y')), { isServerProven: true }));
  expect(restart.start).toContain('xmpp:restart="true"');
});

test('bosh open - the best of the operator’s mechanisms is taken, not of the server’s', () => {
  expect(authOf(new Phone(), 'SCRAM-SHA-1', 'PLAIN', 'SCRAM-SHA-256').payload).toMatchObject({
    mechanism: 'SCRAM-SHA-256',
  });
  const plainFirst = new Phone({ mechanisms: ['PLAIN', 'SCRAM-SHA-1'] });
  expect(authOf(plainFirst, 'SCRAM-SHA-1', 'PLAIN').payload).toMatchObject({ step: 'plain' });
});

test('bosh open - a success that comes late is proven by the request that fetched it', () => {
  const phone = new Phone();
  const first = authOf(phone, 'SCRAM-SHA-256');
  const final = only(phone.answer(first, body({}, sasl('challenge', CHALLENGE))));
  const late = only(phone.answer(final, body({})));
  expect(late).toMatchObject({ payload: '', proof: { challenge: CHALLENGE } });
  phone.answer(late, body({}, sasl('success', 'dj1y')), { isServerProven: true });
  expect(phone.bosh?.phase).toBe('restarting');
  expect(phone.bosh?.proof).toBeUndefined();
});

test('bosh open - a server may prove itself in a last challenge, and then says success without a word', () => {
  const phone = new Phone();
  const first = authOf(phone, 'SCRAM-SHA-1');
  const final = only(phone.answer(first, body({}, sasl('challenge', CHALLENGE))));
  const proven = { isServerProven: true };
  const empty = only(phone.answer(final, body({}, sasl('challenge', 'dj1y')), proven));
  expect(empty.payload).toBe(`<response xmlns="${NS.SASL}"/>`);
  const restart = only(phone.answer(empty, body({}, sasl('success'))));
  expect(restart.start).toContain('xmpp:restart="true"');
  expect(phone.bosh).not.toHaveProperty('isProven');
});

test('bosh open - a server that goes on asking once it is proven is left for a while', () => {
  const phone = new Phone();
  const first = authOf(phone, 'SCRAM-SHA-1');
  const final = only(phone.answer(first, body({}, sasl('challenge', CHALLENGE))));
  const proven = { isServerProven: true };
  const empty = only(phone.answer(final, body({}, sasl('challenge', 'dj1y')), proven));
  phone.answer(empty, body({}, sasl('challenge', 'dj1y')), proven);
  expect(phone.session).toMatchObject({ failures: 1 });
  expect(phone.bosh).toBeUndefined();
});

test.each([
  ['is wrong', 'scram-final', { isServerProven: false }],
  ['is not there', 'scram-final', {}],
  ['was not even asked for', 'scram-first', {}],
  ['in a challenge is wrong', 'scram-final', { isServerProven: false, isInChallenge: true }],
])('bosh open - a server whose proof %s is left, and the account parked', (_, step, said) => {
  const phone = new Phone();
  const first = authOf(phone, 'SCRAM-SHA-1');
  const last =
    step === 'scram-first' ? first : only(phone.answer(first, body({}, sasl('challenge', CHALLENGE))));
  const { isInChallenge, ...proven } = { isInChallenge: false, ...said };
  const end = only(
    phone.answer(last, body({}, sasl(isInChallenge ? 'challenge' : 'success', 'dj1y')), proven),
  );
  expect(end.start).toContain('type="terminate"');
  expect(phone.session?.parked).toBe('unproven');
  phone.answer(end, body({ type: 'terminate' }));
  expect(phone.tell('online')).toEqual([]);
});

test('bosh open - refused credentials park the record: no more is tried until the account is given anew', () => {
  const phone = new Phone();
  const end = only(phone.answer(authOf(phone, 'PLAIN'), body({}, sasl('failure', el('not-authorized')))));
  expect(textOf(end)).toBe(`${BODY} rid="123458" sid="s1" type="terminate"></body>`);
  expect(phone.session).toMatchObject({ state: 'online', parked: 'credentials' });
  phone.answer(end, body({ type: 'terminate' }));
  expect([phone.tell('online'), phone.tell('still-online'), phone.wait(3_600_000)]).toEqual([[], [], []]);
  expect(only(phone.import()).start).toContain('rid="123459" to="example.org"');
});

test('bosh open - a failure that passes is tried again', () => {
  const phone = new Phone();
  phone.answer(authOf(phone, 'PLAIN'), body({}, sasl('failure', el('temporary-auth-failure'))));
  expect(phone.session).toMatchObject({ failures: 1 });
  expect(phone.session?.parked).toBeUndefined();
  expect(phone.wait(10_000)).toHaveLength(1);
});

test('bosh open - no mechanism in common, or none offered, parks the record', () => {
  for (const features of [saslFeatures('EXTERNAL'), el('features', { xmlns: NS.STREAM })]) {
    const phone = new Phone();
    const end = only(phone.answer(only(phone.tell('online')), body(TERMS, features)));
    expect(end.start).toContain('type="terminate"');
    expect(phone.session?.parked).toBe('mechanism');
  }
});

test('bosh open - a password that cannot be opened parks the record', () => {
  const phone = new Phone();
  phone.fail(authOf(phone, 'PLAIN'), 'secret');
  expect(phone.session).toMatchObject({ parked: 'credentials' });
  expect(phone.bosh).toBeUndefined();
});

test.each(['challenge that nobody asked for', 'second challenge'])(
  'bosh open - a %s ends the attempt',
  (which) => {
    const phone = new Phone();
    const isSecond = which.startsWith('second');
    const first = authOf(phone, isSecond ? 'SCRAM-SHA-1' : 'PLAIN');
    const challenge = body({}, sasl('challenge', CHALLENGE));
    phone.answer(isSecond ? only(phone.answer(first, challenge)) : first, challenge);
    expect(phone.session).toMatchObject({ failures: 1 });
    expect(phone.bosh).toBeUndefined();
  },
);

const bindOf = (phone: Phone, features = bindFeatures()) => {
  const auth = authOf(phone, 'PLAIN');
  return only(phone.answer(only(phone.answer(auth, body({}, sasl('success')))), body({}, features)));
};

test('bosh open - a session request where the features demand one, and not where it is optional', () => {
  const session = (...children: ReturnType<typeof el>[]) => el('session', { xmlns: NS.SESSION }, ...children);
  const demanded = new Phone();
  const ask = only(
    demanded.answer(bindOf(demanded, bindFeatures(session())), body({}, iq('result', 'bind-0'))),
  );
  expect(ask.payload).toBe(
    '<iq xmlns="jabber:client" type="set" id="session"><session xmlns="urn:ietf:params:xml:ns:xmpp-session"/></iq>',
  );
  expect(only(demanded.answer(ask, body({}, iq('result', 'session')))).payload).toContain('<presence');
  const optional = new Phone();
  const features = bindFeatures(session(el('optional')));
  expect(
    only(optional.answer(bindOf(optional, features), body({}, iq('result', 'bind-0')))).payload,
  ).toContain('<presence');
});

test('bosh open - a resource that is taken and not given up gets a suffix, three times', () => {
  const phone = new Phone();
  let bind = bindOf(phone);
  const refused = (id: string) => body({}, iq('error', id, stanzaErrorOf('conflict')));
  const seen = new Set<unknown>([bind.payload]);
  for (const id of ['bind-0', 'bind-1', 'bind-2']) {
    bind = only(phone.answer(bind, refused(id)));
    expect(bind.payload).toMatch(/<resource>SIP-phone-[0-9a-f]{6}<\/resource>/);
    seen.add(bind.payload);
  }
  expect(seen.size).toBe(4);
  expect(phone.answer(bind, refused('bind-3'))).toEqual([]);
  expect(phone.session).toMatchObject({ failures: 1 });
});

test('bosh open - an account’s own resource, so that several phones of one user stay apart', () => {
  const phone = new Phone({}, { resource: 'SIP-phone-2' });
  expect(bindOf(phone).payload).toContain('<resource>SIP-phone-2</resource>');
});

test.each([
  ['a session without a name', body({}), 'creating'],
  ['a name beyond measure', body({ ...TERMS, sid: 'x'.repeat(1025) }), 'creating'],
])('bosh open - %s is none', (_, answer) => {
  const phone = new Phone();
  expect(phone.answer(only(phone.tell('online')), answer)).toEqual([]);
  expect(phone.session).toMatchObject({ failures: 1 });
});

test('bosh open - a stream without resources, and a bind that is refused, is tried again later', () => {
  const none = new Phone();
  const restart = only(none.answer(authOf(none, 'PLAIN'), body({}, sasl('success'))));
  none.answer(restart, body({}, el('features', { xmlns: NS.STREAM })));
  const refused = new Phone();
  refused.answer(bindOf(refused), body({}, iq('error', 'bind-0', stanzaErrorOf('resource-constraint'))));
  for (const phone of [none, refused]) {
    expect(phone.session).toMatchObject({ failures: 1 });
    expect([phone.wait(9_999), phone.wait(1).length]).toEqual([[], 1]);
  }
});

test('bosh open - a step that takes longer than 30 s is given up with its session', () => {
  const phone = new Phone();
  const auth = authOf(phone, 'PLAIN');
  expect(phone.wait(29_999)).toEqual([]);
  expect(only(phone.wait(1)).start).toContain('to="example.org"');
  expect(phone.answer(auth, body({}, sasl('success')))).toEqual([]);
});

test('bosh open - terms are read within bounds, and asked for by the operator', () => {
  const wild = { sid: 's1', wait: '9999', hold: '7', requests: '0', inactivity: '1', polling: 'x' };
  const { phone } = onlinePhone({}, wild);
  expect(phone.bosh?.terms).toEqual({
    waitMs: 60_000,
    hold: 1,
    requests: 1,
    inactivityMs: 5000,
    pollingMs: 2000,
  });
  const polled = new Phone({ hold: 0, waitMs: 20_000 });
  const create = only(polled.tell('online'));
  expect(create.start).toContain('wait="20" hold="0"');
  takeToPresence(polled, create, { sid: 's1' });
  expect(polled.bosh?.terms).toMatchObject({ waitMs: 20_000, hold: 0, requests: 1, inactivityMs: 60_000 });
});

test('bosh open - passwords go nowhere but over TLS and to this machine, unless that is allowed', () => {
  const http = { boshUrl: 'http://xmpp.example.org/http-bind' };
  expect(new Phone(http).tell('online')).toEqual([]);
  expect(new Phone({ ...http, allowPlain: true }).tell('online')).toHaveLength(1);
  expect(new Phone({ boshUrl: 'http://127.0.0.1:5280/http-bind' }).tell('online')).toHaveLength(1);
  const own = new Phone({}, { boshUrl: 'http://xmpp.example.org/http-bind' });
  expect(own.tell('online')).toEqual([]);
  expect(own.session?.parked).toBe('address');
});
