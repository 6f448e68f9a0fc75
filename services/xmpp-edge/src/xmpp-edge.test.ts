import { brandBareJid, contactsIndex, keyOfUser } from '@stoxgate/contracts';
import { createMemoryStore } from '@stoxgate/store';
import { childOf, el, NS, readStanzaError } from '@stoxgate/wire-xmpp';
import { expect, test, vi } from 'vitest';
import { ComponentLink } from './component-link.ts';
import { DOMAIN, FROM, idsOf, jingle, message, ready, TO, until, world } from './testing/edge-world.ts';

test('xmpp edge - each component has its link, and readiness tells which is away and why', async () => {
  const { server, edge } = await world({ domains: [DOMAIN, 'pbx.example.org'] });
  expect(edge.readiness()).toEqual({
    'component sip.example.org': 'not connected: not connected yet',
    'component pbx.example.org': 'not connected: not connected yet',
  });
  await ready(edge);
  expect([...server.connected()].sort()).toEqual(['pbx.example.org', 'sip.example.org']);
  await server.stop();
  await until(() =>
    expect(edge.readiness()['component pbx.example.org']).toMatch(/^not connected: .*ECONNREFUSED/),
  );
});

test('xmpp edge - stanzas become events in order, with unique ids', async () => {
  const { server, edge, events } = await world();
  await ready(edge);
  for (const action of ['session-initiate', 'transport-info', 'session-terminate']) {
    server.send(DOMAIN, jingle(action, action));
  }
  server.send(DOMAIN, el('message', { from: FROM, to: TO }, el('body', {}, 'hi')));
  await until(() => expect(events).toHaveLength(4));
  const call = events.filter(({ key }) => key === 'call:s1');
  expect(call.map(({ payload }) => payload.type === 'xmpp.iq.received' && payload.stanza.attrs.id)).toEqual([
    'session-initiate',
    'transport-info',
    'session-terminate',
  ]);
  expect(new Set(events.map(({ id }) => id)).size).toBe(4);
  expect(events.every(({ v, edge }) => v === 1 && edge === 'edge-1')).toBe(true);
});

test('xmpp edge - whenever a component is connected, users who see contacts there have an event', async () => {
  const store = createMemoryStore();
  const key = keyOfUser(brandBareJid('alice@example.org'));
  const nothing = { outbox: [], timers: { set: [], clear: [] }, now: 0 };
  const indexes = [contactsIndex(DOMAIN)];
  await store.commit({ key, eventId: 'e', expectedRevision: 0, record: {}, indexes, ...nothing });
  const { server, edge, events } = await world({ store });
  await ready(edge);
  await until(() => expect(events).toHaveLength(1));
  expect(events[0]).toMatchObject({ key, payload: { type: 'xmpp.link.opened', domain: DOMAIN } });
  server.cut(DOMAIN);
  await until(() => expect(events).toHaveLength(2));
});

test('xmpp edge - every IQ is answered, also when the bus takes nothing', async () => {
  const { server, edge } = await world({ isConsumed: false, limits: { backlog: 1 } });
  await ready(edge);
  const asked = [
    el('iq', { type: 'get', from: FROM, to: TO, id: 'ping' }, el('ping', { xmlns: NS.PING })),
    el('iq', { type: 'get', from: FROM, to: TO, id: 'odd' }, el('query', { xmlns: 'urn:odd' })),
    el('iq', { type: 'set', from: FROM, to: TO, id: 'empty' }),
    el('iq', { type: 'set', from: FROM, to: TO, id: 'deep' }, el('a', {}, el('b', {}, 'x'.repeat(20_000)))),
    el('iq', { type: 'get', from: 'eve@evil.example', to: TO, id: 'eve' }, el('ping', { xmlns: NS.PING })),
    jingle('session-initiate', 'accepted'),
    jingle('session-info', 'late'),
  ];
  for (const iq of asked) server.send(DOMAIN, iq);
  const conditions: Record<string, string> = {};
  for (let i = 0; i < asked.length - 1; i++) {
    const answer = await server.next(({ name }) => name === 'iq');
    const isError = answer.attrs.type === 'error';
    conditions[answer.attrs.id ?? ''] = isError ? readStanzaError(answer).condition : 'result';
  }
  expect(conditions).toEqual({
    ping: 'result',
    odd: 'service-unavailable',
    empty: 'bad-request',
    deep: 'policy-violation',
    eve: 'not-allowed',
    late: 'resource-constraint',
  });
});

test('xmpp edge - nothing is said to errors, results and presences of strangers, and the log says it once', async () => {
  const { server, edge, events, lines } = await world();
  await ready(edge);
  const eve = { from: 'eve@evil.example', to: TO };
  server.send(DOMAIN, el('message', { ...eve, type: 'error', id: '1' }));
  server.send(DOMAIN, el('iq', { ...eve, type: 'result', id: '2' }));
  server.send(DOMAIN, el('iq', { ...eve, type: 'error', id: '3' }));
  server.send(DOMAIN, el('presence', { ...eve, id: '4' }));
  server.send(DOMAIN, el('message', { ...eve, id: '5' }, el('body')));
  const answer = await server.next(() => true);
  expect(answer).toEqual(
    el(
      'message',
      { type: 'error', from: TO, to: 'eve@evil.example', id: '5' },
      el('error', { type: 'cancel' }, el('not-allowed', { xmlns: NS.STANZA_ERROR })),
    ),
  );
  expect(server.received).toHaveLength(1);
  expect(events).toEqual([]);
  expect(lines.filter((line) => line.includes('not in xmpp.domains'))).toHaveLength(1);
});

test('xmpp edge - draining it takes new calls all the same where another process can go on with them', async () => {
  const { server, edge, events } = await world({ isOneOfSeveral: true });
  await ready(edge);
  await edge.drain(1000);
  server.send(DOMAIN, jingle('session-initiate', 'i1'));
  await until(() => expect(events.map(({ payload: { type } }) => type)).toEqual(['xmpp.iq.received']));
});

test('xmpp edge - draining refuses new calls and waits until what was sent is confirmed', async () => {
  const { server, edge, events, command } = await world();
  await ready(edge);
  await command('c1', message('1'));
  await edge.drain(1000);
  expect(idsOf(server)).toEqual(['1']);
  server.send(DOMAIN, jingle('session-initiate', 'new'));
  server.send(DOMAIN, jingle('session-terminate', 'old'));
  const refusal = await server.next(({ attrs }) => attrs.id === 'new');
  expect(readStanzaError(refusal)).toMatchObject({ condition: 'resource-constraint', type: 'wait' });
  await until(() => expect(events).toHaveLength(1));
});

test('xmpp edge - stopping ends the streams politely, and twice is once', async () => {
  const { server, edge } = await world();
  await ready(edge);
  await edge.stop();
  await edge.stop();
  await until(() => expect(server.connected()).toEqual([]));
  expect(server.streamErrors).toEqual([]);
  expect(server.connections()).toBe(1);
});

test('xmpp edge - a component that cannot log in does not keep the edge from starting or stopping', async () => {
  const { edge } = await world({ secret: 'wrong' });
  await until(() =>
    expect(edge.readiness()['component sip.example.org']).toMatch(
      /^not connected: the server refuses the secret/,
    ),
  );
  await edge.drain(1000);
});

test('xmpp edge - a stanza carries whatever a user may write', async () => {
  const { server, edge, events } = await world();
  await ready(edge);
  const body = 'x < y & "z"\n😀 \u0085 ]]>';
  server.send(DOMAIN, el('message', { from: FROM, to: TO, 'xml:lang': 'de' }, el('body', {}, body)));
  await until(() => expect(events).toHaveLength(1));
  const [event] = events;
  const stanza = event?.payload.type === 'xmpp.message.received' ? event.payload.stanza : el('none');
  expect(stanza.attrs['xml:lang']).toBe('de');
  expect(childOf(stanza, 'body')).toEqual(el('body', {}, body));
});

test('xmpp edge - while the bus is behind, the sockets are not read, and nothing is left unanswered', async () => {
  const pause = vi.spyOn(ComponentLink.prototype, 'pause');
  const resume = vi.spyOn(ComponentLink.prototype, 'resume');
  const { server, edge } = await world({ isConsumed: false, limits: { backlog: 1 }, maxEvents: 20 });
  await ready(edge);
  for (let id = 0; id < 100; id++) server.send(DOMAIN, el('message', { from: FROM, to: TO, id: String(id) }));
  await until(() => expect(server.received).toHaveLength(99));
  expect(pause).toHaveBeenCalled();
  expect(resume).toHaveBeenCalledTimes(pause.mock.calls.length);
  server.send(
    DOMAIN,
    el('iq', { from: FROM, to: TO, type: 'get', id: 'after' }, el('ping', { xmlns: NS.PING })),
  );
  await server.next(({ attrs }) => attrs.id === 'after');
});
