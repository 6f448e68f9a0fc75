import { expect, test } from 'vitest';
import { brandEdgeId } from './brand.ts';
import { partitionOf } from './partition.ts';
import { keyOfCall } from './session-key.ts';
import {
  anyBoshEdgeSubject,
  anyMediaEdgeSubject,
  anySipEdgeSubject,
  boshEdgeSubject,
  eventSubject,
  eventSubjectOf,
  isForAny,
  PARTITIONS,
  sipEdgeSubject,
  xmppDomainSubject,
} from './subjects.ts';
import { rootTraceOf } from './trace.ts';

/** These are on disk and on the wire of every deployment: a change here loses the order of live sessions. */
test.each([
  ['a', 24],
  ['a84b4c76e66710@gw.example.org', 27],
  ['é ❤', 12],
  ['', 9],
])('partition - of call %j stays where it is', (callId, partition) => {
  expect(partitionOf(keyOfCall(callId), PARTITIONS)).toBe(partition);
});

test('partition - FNV-1a, 32 bit: the published vectors', () => {
  const key = (text: string) => text as ReturnType<typeof keyOfCall>;
  expect(partitionOf(key(''), 2 ** 32)).toBe(0x811c9dc5);
  expect(partitionOf(key('a'), 2 ** 32)).toBe(0xe40c292c);
  expect(partitionOf(key('foobar'), 2 ** 32)).toBe(0xbf9cf968);
});

test('partition - keys spread over all partitions', () => {
  const seen = new Set(
    Array.from({ length: 1000 }, (_, at) => partitionOf(keyOfCall(`call-${at}`), PARTITIONS)),
  );
  expect(seen.size).toBe(PARTITIONS);
});

test('subjects - are what deployments have', () => {
  expect(PARTITIONS).toBe(32);
  expect(eventSubject(7)).toBe('stox.evt.7');
  expect(eventSubjectOf(keyOfCall('a'))).toBe(`stox.evt.${partitionOf(keyOfCall('a'), PARTITIONS)}`);
  expect(anyBoshEdgeSubject()).toBe('stox.cmd.bosh.any');
  expect(boshEdgeSubject(brandEdgeId('all-host-1'))).toBe('stox.cmd.bosh.all-host-1');
  expect(anyMediaEdgeSubject()).toBe('stox.cmd.media.any');
  expect(anySipEdgeSubject()).toBe('stox.cmd.sip.any');
  expect(sipEdgeSubject(brandEdgeId('sip-edge-host-1'))).toBe('stox.cmd.sip.sip-edge-host-1');
  expect(xmppDomainSubject('SIP.example.org')).toBe('stox.cmd.xmpp.sip_2e_example_2e_org');
});

test('subjects - those that any process may take from are known by their name', () => {
  for (const subject of [anyBoshEdgeSubject(), anyMediaEdgeSubject(), anySipEdgeSubject()]) {
    expect(isForAny(subject)).toBe(true);
  }
  for (const subject of [eventSubject(7), sipEdgeSubject(brandEdgeId('many')), xmppDomainSubject('many')]) {
    expect(isForAny(subject)).toBe(false);
  }
});

test('subjects - what NATS forbids in a token never gets into one, and names stay apart', () => {
  const names = ['a.b', 'a_b', 'a b', 'a*', 'a>', 'a_2e_b', 'ünï'];
  const subjects = names.map((name) => xmppDomainSubject(name));
  for (const subject of subjects) expect(subject).toMatch(/^stox\.cmd\.xmpp\.[A-Za-z0-9_-]+$/);
  expect(new Set(subjects).size).toBe(names.length);
});

test('trace - the root span of a session is derived from its key', () => {
  expect(rootTraceOf(keyOfCall('a'))).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/);
  expect(rootTraceOf(keyOfCall('a'))).toBe(rootTraceOf(keyOfCall('a')));
  expect(rootTraceOf(keyOfCall('a'))).not.toBe(rootTraceOf(keyOfCall('b')));
});
