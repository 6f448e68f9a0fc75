import { describe, expect, test } from 'vitest';
import {
  answerIn,
  dialogs,
  etagIn,
  eventsTo,
  ON_THE_PHONE,
  Published,
  pidf,
  toldIn,
  WATCHER,
} from '../testing/published-world.ts';

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
