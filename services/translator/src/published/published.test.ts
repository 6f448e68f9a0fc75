import {
  brandAor,
  type Command,
  type CommandOf,
  type Event,
  keyOfPublished,
  type SipBody,
  type SipHeaders,
  type SipRequest,
} from '@stoxgate/contracts';
import { describe, expect, test } from 'vitest';
import type { TranslatorPolicy } from '../policy.ts';
import { readPidf } from '../presence/pidf-read.ts';
import { NOW, of, POLICY } from '../testing/pair-world.ts';
import type { PublishedSession } from './published-session.ts';
import { stepPublished } from './step-published.ts';

const KEY = keyOfPublished(brandAor('sip:romeo@example.net'));
const WATCHER = 'presence:alice@example.org sip:romeo@example.net';
const RPID = 'urn:ietf:params:xml:ns:pidf:rpid';

const pidf = (inner = '<status><basic>open</basic></status>', more = '', id = 't1'): SipBody => ({
  contentType: 'application/pidf+xml',
  content: `<presence xmlns='urn:ietf:params:xml:ns:pidf' entity='pres:romeo@example.net'><tuple id='${id}'>${inner}</tuple>${more}</presence>`,
  encoding: 'utf8',
});
const ON_THE_PHONE = pidf(
  '<status><basic>open</basic></status>',
  `<d:person xmlns:d='urn:ietf:params:xml:ns:pidf:data-model' id='p'><r:activities xmlns:r='${RPID}'><r:on-the-phone/></r:activities></d:person>`,
);
const dialogs = (...states: readonly string[]): SipBody => ({
  contentType: 'application/dialog-info+xml',
  content: `<dialog-info xmlns='urn:ietf:params:xml:ns:dialog-info' version='0' state='full' entity='sip:romeo@example.net'>${states
    .map((state, at) => `<dialog id='d${at}'><state>${state}</state></dialog>`)
    .join('')}</dialog-info>`,
  encoding: 'utf8',
});

/** What is published of romeo@example.net. */
class Published {
  session: PublishedSession | undefined;
  now = NOW;
  readonly policy: TranslatorPolicy;
  #events = 0;
  #timerAt: number | undefined;

  constructor(changes: Partial<TranslatorPolicy> = {}) {
    this.policy = { ...POLICY, ...changes };
  }

  handle(event: Event): readonly Command[] {
    const input = { key: KEY, now: this.now, eventId: `e${this.#events++}`, edge: 'edge-1', event };
    const step = stepPublished(this.policy, this.session, input);
    this.session = step.session as PublishedSession | undefined;
    for (const command of step.commands) if (command.type === 'timer.set') this.#timerAt = command.dueAt;
    return step.commands;
  }

  publish(
    body?: SipBody,
    headers: SipHeaders = {},
    method = 'PUBLISH',
    by = 'sip:romeo@example.net',
  ): readonly Command[] {
    const request: SipRequest = {
      method,
      requestUri: 'sip:romeo@example.net',
      maxForwards: 70,
      vias: ['SIP/2.0/UDP 127.0.0.1;branch=z9hG4bKabc'],
      from: { uri: by, params: { tag: 'r' } },
      to: { uri: 'sip:romeo@example.net', params: {} },
      callId: 'call-1',
      cseq: { number: 1, method },
      contacts: [],
      recordRoutes: [],
      headers: { event: ['presence'], ...headers },
      ...(body && { body }),
    };
    return this.handle({
      type: 'sip.request.received',
      request,
      source: { protocol: 'udp', address: '127.0.0.1', port: 5060 },
    });
  }

  watch(): readonly Command[] {
    return this.handle({ type: 'presence.published.watched', replyTo: WATCHER });
  }

  pass(ms: number): readonly Command[] {
    this.now += ms;
    if (this.#timerAt === undefined || this.#timerAt > this.now) return [];
    const dueAt = this.#timerAt;
    this.#timerAt = undefined;
    return this.handle({ type: 'timer.fired', name: 'published', dueAt });
  }
}

const answerIn = (commands: readonly Command[]) => {
  const [answer] = of(commands, 'sip.response.send');
  if (answer === undefined) throw new Error('no answer');
  return answer.response;
};
const etagIn = (commands: readonly Command[]): string => answerIn(commands).headers['sip-etag']?.[0] ?? '';
const eventsTo = (commands: readonly Command[], kind: string) =>
  of(commands, 'session.notify')
    .filter(({ key }) => key.startsWith(kind))
    .map(({ event }: CommandOf<'session.notify'>) => event);
const toldIn = (commands: readonly Command[]) =>
  eventsTo(commands, 'presence:').map((event) => {
    if (event.type !== 'presence.published') throw new Error(event.type);
    return event.pidf === undefined
      ? 'nothing'
      : readPidf(event.pidf)?.tuples.map(
          ({ id, isOpen, show, notes }) =>
            `${id} ${isOpen ? 'open' : 'closed'} ${show ?? ''} ${notes.map(({ text }) => text).join()}`,
        );
  });
const reportsIn = (commands: readonly Command[]) =>
  eventsTo(commands, 'phone:').map((event) => {
    if (event.type !== 'phone.state.reported') throw new Error(event.type);
    return [event.report, event.source, event.calls].filter((part) => part !== undefined).join(' ');
  });

describe('PUBLISH (RFC 3903 §6)', () => {
  test('published - initial: a tag, an hour, and all who watch are told', () => {
    const world = new Published();
    expect(toldIn(world.watch())).toEqual(['nothing']);
    const commands = world.publish(pidf());
    expect(answerIn(commands)).toMatchObject({
      status: 200,
      headers: { expires: ['3600'], 'sip-etag': [expect.stringMatching(/^[0-9a-f]{20}$/)] },
    });
    expect(toldIn(commands)).toEqual([['t1 open  ']]);
    expect(eventsTo(commands, 'presence:')[0]).toMatchObject({
      pidf: expect.stringContaining('entity="pres:romeo@example.net"'),
    });
  });

  test('published - refresh: another tag, and nobody is told', () => {
    const world = new Published();
    world.watch();
    const first = etagIn(world.publish(pidf()));
    const commands = world.publish(undefined, { 'sip-if-match': [first], expires: ['600'] });
    expect(answerIn(commands)).toMatchObject({ status: 200, headers: { expires: ['600'] } });
    expect(etagIn(commands)).not.toBe(first);
    expect(toldIn(commands)).toEqual([]);
    // The tag before counts no more.
    expect(answerIn(world.publish(undefined, { 'sip-if-match': [first] })).status).toBe(412);
  });

  test('published - modify: another tag, and all are told, unless it says the same', () => {
    const world = new Published();
    world.watch();
    const first = etagIn(world.publish(pidf()));
    const changed = world.publish(pidf('<status><basic>closed</basic></status>'), {
      'sip-if-match': [first],
    });
    expect(toldIn(changed)).toEqual([['t1 closed  ']]);
    const second = etagIn(changed);
    expect(second).not.toBe(first);
    const same = world.publish(pidf('<status><basic>closed</basic></status>'), { 'sip-if-match': [second] });
    expect(toldIn(same)).toEqual([]);
    expect(world.session?.publications).toHaveLength(1);
  });

  test.each(['removed', 'expired'])('published - %s: nothing is left, and all are told', (how) => {
    const world = new Published();
    world.watch();
    const etag = etagIn(world.publish(pidf()));
    const commands =
      how === 'expired'
        ? world.pass(3_600_000)
        : world.publish(undefined, { 'sip-if-match': [etag], expires: ['0'] });
    if (how === 'removed') {
      expect(answerIn(commands)).toMatchObject({ status: 200, headers: { expires: ['0'] } });
    }
    expect(toldIn(commands)).toEqual(['nothing']);
    world.handle({ type: 'presence.published.unwatched', replyTo: WATCHER });
    expect(world.session).toBeUndefined();
  });

  test.each([
    ['an unknown tag', pidf(), { 'sip-if-match': ['never'] }, 412, {}],
    ['a tag of another event', pidf(), { event: ['dialog'], 'sip-if-match': ['ETAG'] }, 412, {}],
    ['too short a time', pidf(), { expires: ['59'] }, 423, { 'min-expires': ['60'] }],
    ['another event', pidf(), { event: ['message-summary'] }, 489, { 'allow-events': ['presence, dialog'] }],
    ['no event', pidf(), { event: [] }, 489, {}],
    [
      'another format',
      { ...pidf(), contentType: 'text/plain' },
      {},
      415,
      { accept: ['application/pidf+xml'] },
    ],
    [
      'another format of dialogs',
      pidf(),
      { event: ['dialog'] },
      415,
      { accept: ['application/dialog-info+xml'] },
    ],
    ['nothing to begin with', undefined, {}, 400, {}],
    ['no document', { ...pidf(), content: '<presence/>' }, {}, 400, {}],
    ['a time that is none', pidf(), { expires: ['-1'] }, 400, {}],
  ])('published - %s is refused, and all stays as it is', (_what, body, headers, status, expected) => {
    const world = new Published();
    const etag = etagIn(world.publish(pidf()));
    const before = world.session;
    const written = Object.entries(headers).map(([name, values]) => [
      name,
      values.map((value: string) => value.replace('ETAG', etag)),
    ]);
    expect(answerIn(world.publish(body, Object.fromEntries(written)))).toMatchObject({
      status,
      headers: expected,
    });
    expect(world.session).toBe(before);
  });

  test.each([
    ['sip:juliet@example.net', 'self', 403],
    ['sip:romeo@example.com', 'self', 403],
    ['sip:proxy', 'self', 403],
    ['sip:juliet@example.net', 'any', 200],
    ['sip:Romeo@EXAMPLE.net;transport=tcp', 'self', 200],
    ['sips:romeo@example.net', 'self', 200],
  ] as const)(
    'published - what %s publishes for romeo, with publishers %s, has %i',
    (by, publishers, status) => {
      expect(answerIn(new Published({ publishers }).publish(pidf(), {}, 'PUBLISH', by)).status).toBe(status);
    },
  );

  test('published - what is published for no time is not remembered; another method is not served', () => {
    const world = new Published();
    expect(answerIn(world.publish(pidf(), { expires: ['0'] })).status).toBe(200);
    expect(world.session).toBeUndefined();
    expect(answerIn(world.publish(pidf(), {}, 'NOTIFY')).status).toBe(405);
  });

  test('published - several devices are one document, ids apart', () => {
    const world = new Published();
    world.watch();
    world.publish(pidf());
    const commands = world.publish(pidf('<status><basic>closed</basic></status>'));
    expect(toldIn(commands)).toEqual([['t1 open  ', 't1.1 closed  ']]);
  });

  test('published - publications, what they say, and watchers are bounded', () => {
    const world = new Published();
    const note = `<note>${'x'.repeat(400)}</note>`;
    const tuples = Array.from({ length: 10 }, (_, at) => `<tuple id='x${at}'>${note.repeat(9)}</tuple>`).join(
      '',
    );
    for (let i = 0; i < 16; i++) world.publish(pidf(note.repeat(9), tuples + note.repeat(9)));
    expect(answerIn(world.publish(pidf()))).toMatchObject({
      status: 500,
      headers: { 'retry-after': ['60'] },
    });
    expect(JSON.stringify(world.session).length).toBeLessThan(60_000);
    for (let i = 0; i < 205; i++)
      world.handle({ type: 'presence.published.watched', replyTo: `presence:${i}` });
    expect(world.session?.watchers).toHaveLength(200);
    const [last] = eventsTo(world.watch(), 'presence:');
    expect(last).toBeUndefined();
  });

  test('published - what the person does is said of its own devices', () => {
    const world = new Published();
    world.watch();
    world.publish(pidf('<status><basic>open</basic></status>', '', 'home'));
    expect(toldIn(world.publish(ON_THE_PHONE))).toEqual([['home open  ', 't1 open dnd On the phone']]);
  });
});

describe('published - dialogs (RFC 4235)', () => {
  test('published - a call that is up is told of all devices', () => {
    const world = new Published();
    world.watch();
    world.publish(pidf());
    const ringing = world.publish(dialogs('early'), { event: ['dialog'] });
    expect(toldIn(ringing)).toEqual([]);
    const up = world.publish(dialogs('confirmed'), { event: ['dialog'], 'sip-if-match': [etagIn(ringing)] });
    expect(toldIn(up)).toEqual([['t1 open dnd On the phone']]);
    const over = world.publish(dialogs('terminated'), { event: ['dialog'], 'sip-if-match': [etagIn(up)] });
    expect(toldIn(over)).toEqual([['t1 open  ']]);
  });

  test('published - of who publishes nothing else, a call is all that is known', () => {
    const world = new Published();
    world.watch();
    expect(toldIn(world.publish(dialogs('confirmed'), { event: ['dialog'] }))).toEqual([
      ['dialog open dnd On the phone'],
    ]);
  });

  test.each(['<dialog-info/>', 'x', '<!DOCTYPE d><dialog-info xmlns="urn:ietf:params:xml:ns:dialog-info"/>'])(
    'published - %s is no such document',
    (content) => {
      const body = { ...dialogs(), content };
      expect(answerIn(new Published().publish(body, { event: ['dialog'] })).status).toBe(400);
    },
  );
});

describe('published - what a phone is', () => {
  const withPhones = (): Published =>
    new Published({ phones: { ...POLICY.phones, boshUrl: 'https://x.example/bosh' } });

  test('published - a phone signs on with its first presence, lives by refreshes, signs off with its last', () => {
    const world = withPhones();
    const first = world.publish(pidf());
    expect(reportsIn(first)).toEqual(['sign-on publish']);
    const second = world.publish(pidf());
    expect(reportsIn(second)).toEqual(['refresh publish']);
    const refreshed = world.publish(undefined, { 'sip-if-match': [etagIn(first)] });
    expect(reportsIn(refreshed)).toEqual(['refresh publish']);
    const one = world.publish(undefined, { 'sip-if-match': [etagIn(second)], expires: ['0'] });
    expect(reportsIn(one)).toEqual([]);
    const none = world.publish(undefined, { 'sip-if-match': [etagIn(refreshed)], expires: ['0'] });
    expect(reportsIn(none)).toEqual(['sign-off publish']);
  });

  test('published - on the phone begins and ends a call', () => {
    const world = withPhones();
    const first = world.publish(ON_THE_PHONE);
    expect(reportsIn(first)).toEqual(['sign-on publish', 'call-start publish 1']);
    const over = world.publish(pidf(), { 'sip-if-match': [etagIn(first)] });
    expect(reportsIn(over)).toEqual(['call-end publish 0']);
    const again = world.publish(ON_THE_PHONE, { 'sip-if-match': [etagIn(over)] });
    expect(reportsIn(again)).toEqual(['call-start publish 1']);
    expect(reportsIn(world.publish(undefined, { 'sip-if-match': [etagIn(again)] }))).toEqual([
      'refresh publish',
    ]);
    expect(reportsIn(world.pass(3_600_000))).toEqual(['call-end publish 0', 'sign-off publish']);
  });

  test('published - dialogs are counted: on the phone while one is up', () => {
    const world = withPhones();
    const event = { event: ['dialog'] };
    world.publish(pidf());
    const one = world.publish(dialogs('confirmed'), event);
    expect(reportsIn(one)).toEqual(['call-start dialog 1']);
    const two = world.publish(dialogs('confirmed', 'early'), event);
    expect(reportsIn(two)).toEqual(['call-start dialog 2']);
    const ended = world.publish(dialogs('terminated'), { ...event, 'sip-if-match': [etagIn(one)] });
    expect(reportsIn(ended)).toEqual(['call-end dialog 1']);
    expect(reportsIn(world.publish(undefined, { ...event, 'sip-if-match': [etagIn(two)] }))).toEqual([
      'refresh publish',
    ]);
  });

  test('published - dialogs of a phone that never signed on are signs of life while they last', () => {
    const world = withPhones();
    const event = { event: ['dialog'] };
    const one = world.publish(dialogs('confirmed'), event);
    expect(reportsIn(one)).toEqual(['call-start dialog 1']);
    expect(reportsIn(world.publish(undefined, { ...event, 'sip-if-match': [etagIn(one)] }))).toEqual([
      'keep-alive dialog',
    ]);
  });

  test('published - without phones nothing is told of them', () => {
    const phones = { ...POLICY.phones, boshUrl: '' };
    expect(reportsIn(new Published({ phones }).publish(pidf()))).toEqual([]);
  });
});

describe('published - what a watched SIP server says of calls', () => {
  const told = (world: Published, calls: number, inMs = 3_600_000): readonly Command[] =>
    world.handle({
      type: 'phone.dialogs.told',
      calls,
      ...(calls > 0 && { until: world.now + inMs }),
    });
  const withPhones = (): Published =>
    new Published({ phones: { ...POLICY.phones, boshUrl: 'https://x.example/bosh' } });

  test('published - calls that are told by NOTIFY count as those that are published, and are shown alike', () => {
    const world = withPhones();
    world.watch();
    world.publish(pidf());
    const one = told(world, 1);
    expect(reportsIn(one)).toEqual(['call-start dialog 1']);
    expect(toldIn(one)).toEqual([['t1 open dnd On the phone']]);
    expect(reportsIn(told(world, 2))).toEqual(['call-start dialog 2']);
    expect(reportsIn(told(world, 2))).toEqual(['refresh publish']);
    expect(reportsIn(told(world, 1))).toEqual(['call-end dialog 1']);
    expect(toldIn(told(world, 0))).toEqual([['t1 open  ']]);
  });

  test('published - calls are known as long as NOTIFY said', () => {
    const world = withPhones();
    expect(reportsIn(told(world, 1, 60_000))).toEqual(['call-start dialog 1']);
    expect(reportsIn(told(world, 1, 120_000))).toEqual(['keep-alive dialog']);
    expect(reportsIn(world.pass(60_000))).toEqual([]);
    expect(reportsIn(world.pass(60_000))).toEqual(['call-end dialog 0']);
    expect(world.session).toBeUndefined();
  });

  test('published - what was known no longer when it is told is not remembered; nor are no calls', () => {
    const world = withPhones();
    expect(reportsIn(told(world, 1, -1))).toEqual([]);
    expect(reportsIn(told(world, 0))).toEqual([]);
    expect(world.session).toBeUndefined();
  });

  test('published - nobody can modify it, and it takes nobody’s place', () => {
    const world = withPhones();
    told(world, 1);
    const event = { event: ['dialog'] };
    expect(answerIn(world.publish(undefined, { ...event, 'sip-if-match': [''] })).status).toBe(412);
    for (let i = 0; i < 15; i++) world.publish(dialogs('early'), event);
    expect(world.session?.publications).toHaveLength(16);
    expect(reportsIn(told(world, 2))).toEqual(['call-start dialog 2']);
  });
});
