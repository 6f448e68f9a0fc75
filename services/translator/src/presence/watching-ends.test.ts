import { keyOfUser } from '@stoxgate/contracts';
import { describe, expect, test } from 'vitest';
import { of } from '../testing/pair-world.ts';
import { CONTACT, DESK, pidf, tuple, USER, Watcher } from '../testing/watching-world.ts';

const SHOWN = `available ${CONTACT}/orchard > ${USER}`;
const HIDDEN = `unavailable ${CONTACT}/orchard > ${USER}`;
const LET = `subscribed ${CONTACT} > ${USER}`;
const REFUSED = `unsubscribed ${CONTACT} > ${USER}`;
const ASKED_BACK = `subscribe ${CONTACT} > ${USER}`;
const CANCELLED = ['dialog.ended', REFUSED, 'presence.refused'];
const OPEN = pidf(tuple('open'));
const MINUTE_S = 60;
const DAY_S = 86_400;

/** Waits for the SIP side to decide. */
const pending = (): Watcher => {
  const alice = new Watcher();
  alice.hear('subscribe');
  alice.answer(200, { expires: ['3600'] });
  alice.notify('pending;expires=3600');
  return alice;
};

/** The refresh of a subscription is under way. */
const refreshing = (): Watcher => {
  const alice = new Watcher().watch();
  alice.pass(3540);
  return alice;
};

describe('SUBSCRIBE fails', () => {
  test.each([403, 603])('SUBSCRIBE fails - %i cancels for good, first or later', (status) => {
    const alice = new Watcher();
    alice.hear('subscribe');
    expect(alice.answer(status)).toEqual(CANCELLED);
    expect(refreshing().answer(status)).toEqual([HIDDEN, ...CANCELLED]);
    expect(alice.session).toBeUndefined();
  });

  test('SUBSCRIBE fails - the user’s session hears that the contact is not shown any more', () => {
    const alice = new Watcher();
    alice.hear('subscribe');
    const { branch, request } = alice.sent;
    const commands = alice.handle({
      type: 'sip.response.received',
      branch,
      response: {
        ...request,
        status: 403,
        reason: '',
        vias: [],
        contacts: [],
        recordRoutes: [],
        cseq: { number: 1, method: 'SUBSCRIBE' },
      },
    });
    expect(of(commands, 'session.notify').map(({ key, event }) => [key, event])).toContainEqual([
      keyOfUser(USER as never),
      { type: 'presence.refused', contact: CONTACT },
    ]);
  });

  test.each([405, 489, 501])('SUBSCRIBE fails - %i: no presence there, yet it can be called', (status) => {
    const available = `available ${CONTACT}/sip > ${USER}`;
    const alice = new Watcher();
    alice.hear('subscribe');
    expect(alice.answer(status)).toEqual([LET, ASKED_BACK, 'dialog.ended', available]);
    expect(alice.hear('probe', { from: DESK })).toEqual([`available ${CONTACT}/sip > ${DESK}`]);
    expect(alice.hear('subscribe')).toEqual([LET, available]);
    expect(alice.hear('unsubscribe')).toEqual([`unavailable ${CONTACT}/sip > ${USER}`, REFUSED]);
    const probing = new Watcher();
    probing.hear('probe', { isOnline: false });
    expect(probing.answer(status)).toEqual([available, 'dialog.ended']);
    const away = new Watcher();
    away.hear('probe', { from: DESK });
    away.answer(status);
    expect(away.hear('unavailable', { from: DESK, isOnline: false })).toEqual([]);
    expect(away.session).toBeUndefined();
  });

  test.each([405, 489, 501])(
    'SUBSCRIBE fails - %i is a refusal where it is configured to be one',
    (status) => {
      const alice = new Watcher({ withoutPresence: 'unsubscribed' });
      alice.hear('subscribe');
      expect(alice.answer(status)).toEqual(CANCELLED);
    },
  );

  test('SUBSCRIBE fails - 481: the dialog is lost, the authorization is not', () => {
    const alice = refreshing();
    const old = alice.sent.request;
    expect(alice.answer(481)).toEqual(['dialog.ended', 'dialog.opened', 'SUBSCRIBE 3600']);
    expect(alice.sent.request.to.params).toEqual({});
    expect(alice.sent.request.callId).not.toBe(old.callId);
    alice.answer(200, { expires: ['3600'] });
    expect(alice.notify('active;expires=3600', OPEN)).toEqual(['200']);
  });

  test.each([404, 410, 604])(
    'SUBSCRIBE fails - %i: nobody there, first; unavailable and daily, later',
    (status) => {
      const alice = new Watcher();
      alice.hear('subscribe');
      expect(alice.answer(status)).toEqual(CANCELLED);
      const later = refreshing();
      expect(later.answer(status)).toEqual([HIDDEN, 'dialog.ended']);
      expect(later.wakesInS).toBe(DAY_S);
      expect(later.pass(DAY_S)).toEqual(['dialog.opened', 'SUBSCRIBE 3600']);
      const known = new Watcher();
      known.hear('probe', { from: DESK });
      expect(known.answer(status)).toEqual(['dialog.ended']);
    },
  );

  test.each([408, 480, 500, 503, 504, 'timeout', 'transport', 'unresolvable'] as const)(
    'SUBSCRIBE fails - %s passes: unavailable, and tried again ever less often',
    (how) => {
      const alice = refreshing();
      const fail = () => (typeof how === 'number' ? alice.answer(how) : alice.fail(how));
      expect(fail()).toEqual([HIDDEN, 'dialog.ended']);
      for (const minutes of [1, 2, 4, 8, 16, 32, 60, 60]) {
        expect(alice.wakesInS).toBeGreaterThanOrEqual(minutes * MINUTE_S);
        expect(alice.wakesInS).toBeLessThanOrEqual(minutes * MINUTE_S * 1.1);
        alice.pass(alice.wakesInS);
        expect(fail()).toEqual(['dialog.ended']);
      }
    },
  );

  test('SUBSCRIBE fails - after a refresh that succeeded it is as if for the first time', () => {
    const alice = new Watcher();
    alice.hear('subscribe');
    alice.answer(503);
    alice.pass(alice.wakesInS);
    alice.answer(200, { expires: ['3600'] });
    alice.notify('active;expires=3600', OPEN);
    alice.pass(3540);
    alice.answer(200, { expires: ['3600'] });
    alice.pass(3540);
    alice.answer(503);
    expect(alice.wakesInS).toBeLessThanOrEqual(MINUTE_S * 1.1);
  });

  test.each([
    ['120', 120],
    ['1', 10],
    ['9999999', DAY_S],
  ])('SUBSCRIBE fails - Retry-After: %s is kept', (after, seconds) => {
    const alice = refreshing();
    alice.answer(503, { 'retry-after': [after] });
    expect(alice.wakesInS).toBe(seconds);
  });

  test.each([400, 415, 488, 606])('SUBSCRIBE fails - %i will not be better soon: daily', (status) => {
    const alice = refreshing();
    expect(alice.answer(status)).toEqual([HIDDEN, 'dialog.ended']);
    expect(alice.wakesInS).toBe(DAY_S);
  });

  test('SUBSCRIBE fails - a challenge is answered once for each realm', () => {
    const challenge = { 'www-authenticate': ['Digest realm="a", nonce="1"'] };
    const alice = new Watcher({ hasCredentials: true });
    alice.hear('subscribe');
    expect(alice.answer(401, challenge)).toEqual(['SUBSCRIBE 3600']);
    expect(alice.sent.challenges).toEqual([
      { header: 'www-authenticate', value: 'Digest realm="a", nonce="1"' },
    ]);
    expect(alice.answer(401, challenge)).toEqual(['dialog.ended']);
    const none = new Watcher({ hasCredentials: false });
    none.hear('subscribe');
    expect(none.answer(401, challenge)).toEqual(['dialog.ended']);
    const failing = new Watcher();
    failing.hear('subscribe');
    expect(failing.fail('no-credentials')).toEqual(['dialog.ended']);
  });

  test('SUBSCRIBE fails - one redirection is followed, to the best Contact', () => {
    const contacts = [
      { uri: 'sip:b@192.0.2.8', params: { q: '0.1' } },
      { uri: 'sip:c@192.0.2.9', params: { q: '0.9' } },
    ];
    const alice = new Watcher();
    alice.hear('subscribe');
    expect(alice.answer(302, {}, { contacts })).toEqual(['SUBSCRIBE 3600']);
    expect(alice.sent.request).toMatchObject({
      requestUri: 'sip:c@192.0.2.9',
      to: { uri: 'sip:romeo@example.net' },
    });
    expect(alice.answer(302, {}, { contacts })).toEqual(['dialog.ended']);
  });

  test('SUBSCRIBE fails - when no edge speaks of it any more', () => {
    const alice = new Watcher();
    alice.hear('subscribe');
    expect(alice.pass(40)).toEqual(['dialog.ended']);
    expect(alice.wakesInS).toBeGreaterThanOrEqual(MINUTE_S);
  });

  test('SUBSCRIBE fails - when it is accepted and no NOTIFY comes (RFC 6665 §4.1.2.4)', () => {
    const alice = new Watcher();
    alice.hear('subscribe');
    alice.answer(200, { expires: ['3600'] });
    expect(alice.pass(31)).toEqual([]);
    expect(alice.pass(1)).toEqual(['dialog.ended']);
  });

  test('SUBSCRIBE fails - a response to another request changes nothing', () => {
    const alice = new Watcher().watch();
    const before = alice.session;
    expect(alice.answer(403)).toEqual([]);
    expect(alice.session).toEqual(before);
    const early = new Watcher();
    early.hear('subscribe');
    expect(early.answer(100)).toEqual([]);
  });
});

describe('NOTIFY ends a subscription', () => {
  test.each(['deactivated', 'timeout', 'whatever', undefined])(
    'NOTIFY ends a subscription - %s: subscribed anew at once, what is shown stays',
    (reason) => {
      const alice = new Watcher().watch();
      alice.pass(120);
      const state = reason === undefined ? 'terminated' : `terminated;reason=${reason}`;
      expect(alice.notify(state)).toEqual(['200', 'dialog.ended', 'dialog.opened', 'SUBSCRIBE 3600']);
      alice.answer(200, { expires: ['3600'] });
      expect(alice.notify('active;expires=3600', pidf(''))).toEqual(['200', HIDDEN]);
    },
  );

  test('NOTIFY ends a subscription - one that breaks as soon as it is made is tried later', () => {
    const alice = new Watcher().watch();
    expect(alice.notify('terminated;reason=deactivated')).toContain('SUBSCRIBE 3600');
    alice.answer(200, { expires: ['3600'] });
    expect(alice.notify('terminated;reason=deactivated')).toEqual(['200', HIDDEN, 'dialog.ended']);
    expect(alice.wakesInS).toBeGreaterThanOrEqual(MINUTE_S);
    const steady = new Watcher().watch();
    steady.notify('terminated;reason=deactivated');
    steady.answer(200, { expires: ['3600'] });
    steady.notify('active;expires=3600', OPEN);
    steady.pass(60);
    expect(steady.notify('terminated;reason=deactivated')).toContain('SUBSCRIBE 3600');
  });

  test.each(['probation', 'giveup'])(
    'NOTIFY ends a subscription - %s: after its time, unavailable until then',
    (reason) => {
      const alice = new Watcher().watch();
      expect(alice.notify(`terminated;reason=${reason};retry-after=300`)).toEqual([
        '200',
        HIDDEN,
        'dialog.ended',
      ]);
      expect(alice.wakesInS).toBe(300);
      expect(alice.pass(300)).toEqual(['dialog.opened', 'SUBSCRIBE 3600']);
      const sometime = new Watcher().watch();
      sometime.notify(`terminated;reason=${reason}`);
      expect(sometime.wakesInS).toBeGreaterThanOrEqual(MINUTE_S);
    },
  );

  test.each(['rejected', 'noresource', 'REJECTED'])('NOTIFY ends a subscription - %s: for good', (reason) => {
    const alice = new Watcher().watch();
    expect(alice.notify(`terminated;reason=${reason}`)).toEqual(['200', HIDDEN, ...CANCELLED]);
    expect(alice.session).toBeUndefined();
    expect(pending().notify(`terminated;reason=${reason}`)).toEqual(['200', ...CANCELLED]);
  });

  test('NOTIFY ends a subscription - invariant: what is shown stays, and nobody asks any more (RFC 6665 §4.1.3)', () => {
    const alice = new Watcher().watch();
    expect(alice.notify('terminated;reason=invariant', pidf(tuple('open', '<note>For ever</note>')))).toEqual(
      ['200', SHOWN, 'dialog.ended'],
    );
    expect(alice.pass(100_000)).toEqual([]);
    expect(alice.hear('probe', { from: DESK })).toEqual([`available ${CONTACT}/orchard > ${DESK}`]);
    expect(alice.hear('unavailable', { from: DESK, isOnline: false })).toEqual([]);
    expect(alice.session).toBeUndefined();
  });

  test('NOTIFY ends a subscription - nobody subscribes anew for a user who is away', () => {
    const alice = pending();
    alice.hear('unavailable', { from: DESK, isOnline: false });
    expect(alice.notify('terminated;reason=timeout')).toEqual(['200', 'dialog.ended']);
    expect(alice.session).toBeUndefined();
  });
});

describe('NOTIFY is refused', () => {
  const headers = (event: string[], state?: string) => ({
    headers: { event, ...(state && { 'subscription-state': [state] }) },
  });

  test('NOTIFY is refused - of no subscription: 481', () => {
    const alice = new Watcher().watch();
    expect(alice.notify('active', OPEN, { callId: 'other' })).toEqual(['481']);
    const to = { uri: 'sip:alice@example.org', params: { tag: 'other' } };
    expect(alice.notify('active', OPEN, { to })).toEqual(['481']);
    const { sent } = alice;
    const nobody = new Watcher();
    expect(() => nobody.sent).toThrow();
    nobody.hear('subscribe');
    nobody.answer(403);
    expect(nobody.notify('active', OPEN, { callId: sent.request.callId })).toEqual(['481']);
  });

  test('NOTIFY is refused - of a second fork: one dialog is enough for presence (RFC 3856 §6.9)', () => {
    const alice = new Watcher().watch();
    const from = { uri: 'sip:romeo@example.net', params: { tag: 'fork' } };
    expect(alice.notify('active;expires=3600', pidf(tuple('closed')), { from })).toEqual(['481']);
    expect(alice.notify('active;expires=3600', OPEN)).toEqual(['200']);
  });

  test('NOTIFY is refused - out of order: 500', () => {
    const alice = new Watcher().watch();
    alice.notify('active;expires=3600', OPEN);
    expect(alice.notify('active', undefined, { cseq: { number: 1, method: 'NOTIFY' } })).toEqual(['500']);
  });

  test.each([[['dialog']], [[]], [['presence.winfo']]])('NOTIFY is refused - for event %j: 489', (event) => {
    expect(new Watcher().watch().notify('', OPEN, headers(event, 'active'))).toEqual(['489']);
  });

  test.each([undefined, ';;', '   ', '(active)'])('NOTIFY is refused - with state %j: 400', (state) => {
    expect(new Watcher().watch().notify('', OPEN, headers(['presence;id=1'], state))).toEqual(['400']);
  });

  test.each([
    ['no XML', 'open'],
    ['a document type', `<!DOCTYPE x><presence/>`],
    ['a document about somebody else', pidf(tuple('closed'), 'pres:carol@example.net')],
    ['a document about nobody', pidf(tuple('closed'), 'urn:uuid:1')],
  ])('NOTIFY is refused - not with %s: nothing comes of it', (_what, document) => {
    expect(new Watcher().watch().notify('active;expires=3600', document)).toEqual(['200']);
  });

  test('NOTIFY is refused - not with a body of another type, or that is no text: nothing comes of it', () => {
    const alice = new Watcher().watch();
    const body = { contentType: 'text/plain', content: pidf(tuple('closed')), encoding: 'utf8' } as const;
    expect(alice.notify('active;expires=3600', undefined, { body })).toEqual(['200']);
    const coded = { ...body, contentType: 'application/pidf+xml', encoding: 'base64' } as const;
    expect(alice.notify('active;expires=3600', undefined, { body: coded })).toEqual(['200']);
  });

  test('NOTIFY is refused - a word for the state that nobody knows decides nothing', () => {
    expect(pending().notify('thinking;expires=3600', OPEN)).toEqual(['200']);
  });

  test('NOTIFY is refused - our own SUBSCRIBE that comes back is a loop: 482', () => {
    const alice = new Watcher();
    alice.hear('subscribe');
    const { request } = alice.sent;
    const commands = alice.handle({
      type: 'dialog.request.received',
      edge: 'edge-1',
      request: {
        ...request,
        vias: [],
        contacts: [],
        recordRoutes: [],
        cseq: { number: 1, method: 'SUBSCRIBE' },
      },
    });
    expect(of(commands, 'sip.response.send')[0]?.response.status).toBe(482);
  });
});

describe('the record', () => {
  test('the record - an idle subscription takes less than 2 KB', () => {
    const alice = new Watcher().watch(pidf(tuple('open', `<note>${'x'.repeat(256)}</note>`)));
    expect(JSON.stringify(alice.session).length).toBeLessThan(2048);
  });

  test('the record - is bounded, whatever is said', () => {
    const many = Array.from({ length: 60 }, (_, i) =>
      tuple('open', `<note>${'y'.repeat(5000)}</note>`.repeat(4), `ID-${'z'.repeat(200)}${i}`),
    );
    const alice = new Watcher().watch(pidf(many.slice(0, 3).join('')));
    for (let i = 0; i < 20; i++) alice.notify('active;expires=3600', pidf(many.slice(i, i + 3).join('')));
    expect(JSON.stringify(alice.session).length).toBeLessThan(12_000);
  });

  test('the record - when the component is back, what is known is shown again', () => {
    const alice = new Watcher().watch();
    const [shown] = of(
      alice.handle({ type: 'xmpp.link.opened', domain: 'sip.example.org' }),
      'xmpp.stanza.send',
    );
    expect(shown?.stanza.attrs).toMatchObject({ from: `${CONTACT}/orchard`, to: USER });
  });
});
