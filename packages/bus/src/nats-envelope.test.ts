import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readEnvelope } from './nats-envelope.ts';

const bytes = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value));

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
  expect(readEnvelope('stox.evt.7', bytes(event))).toEqual({ ok: true, envelope: event });
  expect(readEnvelope('stox.cmd.sip.any', bytes(command))).toEqual({ ok: true, envelope: command });
  expect(readEnvelope('stox.evt.7', bytes(command)).ok).toBe(false);
  expect(readEnvelope('stox.cmd.sip.any', bytes(event)).ok).toBe(false);
});

test('envelope reading - a newer version is not read as this one', () => {
  expect(readEnvelope('stox.evt.7', bytes({ ...event, v: 2 })).ok).toBe(false);
});

test('envelope reading - arbitrary bytes and JSON never throw', () => {
  fc.assert(
    fc.property(fc.uint8Array(), (data) => {
      expect(readEnvelope('stox.evt.7', data).ok).toBe(false);
    }),
    { numRuns: 200 },
  );
  fc.assert(
    fc.property(fc.json(), (json) => {
      expect(readEnvelope('stox.evt.7', new TextEncoder().encode(json)).ok).toBe(false);
    }),
    { numRuns: 200 },
  );
});

test('envelope reading - nesting deeper than the stack is refused, not thrown', () => {
  const depth = 30_000;
  const stanza = `${'{"name":"a","attrs":{},"children":['.repeat(depth)}${']}'.repeat(depth)}`;
  const text = JSON.stringify(command).replace(/\{"name":"message".*?\]\}/, stanza);
  expect(text.length).toBeGreaterThan(depth);
  expect(readEnvelope('stox.cmd.sip.any', new TextEncoder().encode(text)).ok).toBe(false);
});
