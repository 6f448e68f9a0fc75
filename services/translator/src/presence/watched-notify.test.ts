import { el } from '@stoxgate/wire-xmpp';
import { describe, expect, it, test } from 'vitest';
import { indexesOf } from '../session-facts.ts';
import { of } from '../testing/pair-world.ts';
import { CONTACT, notifiesIn, type Sent, saidIn, toldBy, Watchers } from '../testing/watcher-world.ts';

const show = (text: string) => el('show', {}, text);
const status = (text: string) => el('status', {}, text);
const tupleIn = (sent: Sent | undefined) => {
  if (sent === undefined) throw new Error('no NOTIFY was sent');
  return toldBy(sent).document?.tuples.map(({ id, isOpen }) => `${id} ${isOpen ? 'open' : 'closed'}`);
};
const statesIn = (sent: readonly Sent[]) => sent.map((one) => toldBy(one).state);
const ended = (callId = 'call-1') => ({
  type: 'session.notify',
  key: `call:${callId}`,
  event: { type: 'dialog.ended' },
});

describe('watched - NOTIFY and its answer', () => {
  test.each([301, 400, 403, 408, 481, 500, 603])('watched - %i: the watcher is gone', (code) => {
    const world = new Watchers();
    const [pending] = notifiesIn(world.subscribe());
    expect(world.answer(pending, code)).toEqual([ended()]);
    expect(world.session).toBeUndefined();
  });

  test.each(['timeout', 'transport'] as const)('watched - %s: the watcher is gone', (cause) => {
    const world = new Watchers();
    world.authorized();
    world.hear(undefined, 'balcony');
    const commands = world.fails(notifiesIn(world.pass(100))[0], cause);
    expect(commands).toContainEqual(ended());
    expect(saidIn(commands)).toEqual([`unavailable ${CONTACT}`]);
    expect(world.session?.watched?.dialogs).toEqual([]);
  });

  test('watched - the NOTIFY to a SUBSCRIBE goes behind its answer, by another edge where that has ended', () => {
    const world = new Watchers();
    const [first] = of(world.subscribe(), 'sip.request.send');
    expect(first?.edge).toBe('edge-1');
    const [again, ...more] = of(world.pass(40_000), 'sip.request.send');
    expect(again).toMatchObject({
      request: { cseq: 2, headers: { 'subscription-state': ['pending;expires=3560'] } },
    });
    expect(again).not.toHaveProperty('edge');
    expect(more).toEqual([]);
  });

  test('watched - a NOTIFY that no edge speaks of any more counts as unanswered', () => {
    const world = new Watchers();
    world.subscribe();
    world.pass(79_999);
    expect(world.session).toBeDefined();
    world.pass(1);
    expect(world.session).toBeUndefined();
  });

  test.each([401, 407])('watched - %i is answered once for each realm', (code) => {
    const world = new Watchers();
    const [pending] = notifiesIn(world.subscribe());
    const header = code === 401 ? 'www-authenticate' : 'proxy-authenticate';
    const challenge = { [header]: ['Digest realm="a", nonce="n"'] };
    const [again] = notifiesIn(world.answer(pending, code, challenge));
    expect(again).toMatchObject({
      request: { cseq: 2, headers: { 'subscription-state': ['pending;expires=3600'] } },
      challenges: [{ header, value: 'Digest realm="a", nonce="n"' }],
    });
    world.answer(again, code, challenge);
    expect(world.session).toBeUndefined();
  });

  test('watched - without credentials a challenge is an end', () => {
    const world = new Watchers({ hasCredentials: false });
    world.answer(notifiesIn(world.subscribe())[0], 401, { 'www-authenticate': ['Digest realm="a"'] });
    expect(world.session).toBeUndefined();
  });

  test('watched - one NOTIFY at a time: what comes meanwhile is told after it', () => {
    const world = new Watchers();
    const [pending] = notifiesIn(world.subscribe());
    expect(notifiesIn(world.hear('subscribed'))).toEqual([]);
    world.hear(undefined, 'balcony');
    const [active] = notifiesIn(world.answer(pending));
    expect(tupleIn(active)).toEqual(['ID-balcony open']);
    expect(notifiesIn(world.hear('unsubscribed'))).toEqual([]);
    expect(statesIn(notifiesIn(world.answer(active)))).toEqual(['terminated;reason=rejected']);
  });

  test('watched - at most one NOTIFY in five seconds tells of changes, and the last is told', () => {
    const world = new Watchers();
    world.authorized();
    world.hear(undefined, 'balcony');
    world.answer(notifiesIn(world.pass(100))[0]);
    for (const text of ['away', 'dnd', 'xa']) {
      expect(notifiesIn(world.hear(undefined, 'balcony', show(text)))).toEqual([]);
      expect(notifiesIn(world.pass(1_000))).toEqual([]);
    }
    const sent = notifiesIn(world.pass(2_000));
    expect(sent).toHaveLength(1);
    expect(sent.map((one) => toldBy(one).document?.tuples[0]?.show)).toEqual(['xa']);
    world.answer(sent[0]);
    world.pass(10_000);
    expect(notifiesIn(world.hear(undefined, 'balcony', show('away')))).toHaveLength(1);
  });

  test('watched - what says nothing new makes no traffic', () => {
    const world = new Watchers();
    world.authorized();
    world.hear(undefined, 'balcony', status('Hi'));
    world.answer(notifiesIn(world.pass(100))[0]);
    const before = world.session;
    expect(world.hear(undefined, 'balcony', status('Hi'))).toEqual([]);
    expect(world.session).toBe(before);
    expect(notifiesIn(world.pass(60_000))).toEqual([]);
  });

  test('watched - the time that is left is told', () => {
    const world = new Watchers();
    world.authorized();
    world.pass(600_500);
    const [sent] = notifiesIn(world.hear(undefined, 'balcony'));
    expect(sent?.request.headers['subscription-state']).toEqual(['active;expires=3000']);
  });
});

describe('watched - the component was away', () => {
  test('watched - presence is asked for anew, and what nobody says again is closed', () => {
    const world = new Watchers();
    world.authorized();
    world.hear(undefined, 'balcony');
    world.hear(undefined, 'chamber');
    world.answer(notifiesIn(world.pass(100))[0]);
    expect(indexesOf(world.session as never)).toEqual(['contacts:sip.example.org']);
    const commands = world.handle({ type: 'xmpp.link.opened', domain: 'sip.example.org' });
    expect(saidIn(commands)).toEqual([`probe ${CONTACT}`]);
    expect(world.handle({ type: 'xmpp.link.opened', domain: 'sip.example.org' })).toEqual([]);
    world.hear(undefined, 'balcony');
    const sent = notifiesIn(world.pass(6_000));
    expect(tupleIn(sent[0])).toEqual(['ID-balcony open', 'ID-chamber closed']);
  });

  test('watched - a user who has not decided is asked again', () => {
    const world = new Watchers();
    world.subscribe();
    const commands = world.handle({ type: 'xmpp.link.opened', domain: 'sip.example.org' });
    expect(saidIn(commands)).toEqual([`subscribe ${CONTACT}`]);
  });
});

it('watched - a notifier starts again where it was: all of it is data', () => {
  const world = new Watchers();
  world.authorized();
  world.hear(undefined, 'balcony');
  world.answer(notifiesIn(world.pass(100))[0]);
  world.session = JSON.parse(JSON.stringify(world.session));
  const [sent] = notifiesIn(world.hear('unavailable', 'balcony')).concat(notifiesIn(world.pass(5_000)));
  expect(sent?.request.cseq).toBe(4);
  expect(tupleIn(sent)).toEqual(['ID-balcony closed']);
});
