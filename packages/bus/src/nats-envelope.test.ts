import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readEnvelopes } from './nats-envelope.ts';

const bytes = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value));

/** How much of a message without any envelope is at fault. */
const faultsIn = (subject: string, data: Uint8Array): number => {
  const { envelopes, faults } = readEnvelopes(subject, data);
  expect(envelopes).toEqual([]);
  return faults.length;
};

const head = { v: 1, id: 'm0', key: 'call:a', edge: 'edge-1', at: 0 };
const event = { ...head, payload: { type: 'timer.fired', name: 'ring', dueAt: 1 } };
const command = {
  ...head,
  payload: {
    type: 'xmpp.stanza.send',
    domain: 'sip.example.org',
    stanza: { name: 'message', attrs: {}, children: [] },
  },
};

test('envelope reading - events on event subjects, commands on command subjects', () => {
  expect(readEnvelopes('stox.evt.7', bytes(event))).toEqual({ envelopes: [event], faults: [] });
  expect(readEnvelopes('stox.cmd.sip.any', bytes(command))).toEqual({ envelopes: [command], faults: [] });
  expect(faultsIn('stox.evt.7', bytes(command))).toBe(1);
  expect(faultsIn('stox.cmd.sip.any', bytes(event))).toBe(1);
});

test('envelope reading - a newer version is not read as this one', () => {
  expect(faultsIn('stox.evt.7', bytes({ ...event, v: 2 }))).toBe(1);
});

test('envelope reading - arbitrary bytes and JSON never throw', () => {
  fc.assert(
    fc.property(fc.uint8Array(), (data) => {
      expect(faultsIn('stox.evt.7', data)).toBe(1);
    }),
    { numRuns: 200 },
  );
  fc.assert(
    fc.property(fc.json(), (json) => {
      expect(faultsIn('stox.evt.7', new TextEncoder().encode(json))).toBeGreaterThan(0);
    }),
    { numRuns: 200 },
  );
});

test('envelope reading - nesting deeper than the stack is refused, not thrown', () => {
  const depth = 30_000;
  const stanza = `${'{"name":"a","attrs":{},"children":['.repeat(depth)}${']}'.repeat(depth)}`;
  const text = JSON.stringify(command).replace(/\{"name":"message".*?\]\}/, stanza);
  expect(text.length).toBeGreaterThan(depth);
  expect(faultsIn('stox.cmd.sip.any', new TextEncoder().encode(text))).toBe(1);
});
