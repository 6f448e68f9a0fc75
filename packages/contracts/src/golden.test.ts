import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { Command, EdgeCommand } from './commands.ts';
import { CommandEnvelope, EventEnvelope, isCommandEnvelope, isEventEnvelope } from './envelope.ts';
import { Event } from './events.ts';

const folder = new URL('./golden/', import.meta.url);
const SUFFIX = '.golden.json';
const kindsOf = (union: typeof Event | typeof Command | typeof EdgeCommand): string[] =>
  union.options.map((option) => option.shape.type.value);
const textOf = (kind: string): string => readFileSync(new URL(kind + SUFFIX, folder), 'utf8');
const sameText = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

const EVENTS = kindsOf(Event);
const EDGE_COMMANDS = kindsOf(EdgeCommand);
const LOCAL_COMMANDS = kindsOf(Command).filter((kind) => !EDGE_COMMANDS.includes(kind));

test('golden - exactly one per kind', () => {
  const files = readdirSync(folder).sort();
  expect(files).toEqual([...EVENTS, ...kindsOf(Command)].map((kind) => kind + SUFFIX).sort());
});

test.each(EVENTS)('golden - event %s reads and writes the same bytes', (kind) => {
  const envelope = EventEnvelope.parse(JSON.parse(textOf(kind)));
  expect(envelope.payload.type).toBe(kind);
  expect(sameText(envelope)).toBe(textOf(kind));
  expect(isEventEnvelope(envelope)).toBe(true);
});

test.each(EDGE_COMMANDS)('golden - command %s reads and writes the same bytes', (kind) => {
  const envelope = CommandEnvelope.parse(JSON.parse(textOf(kind)));
  expect(envelope.payload.type).toBe(kind);
  expect(sameText(envelope)).toBe(textOf(kind));
  expect(isCommandEnvelope(envelope)).toBe(true);
});

test.each(LOCAL_COMMANDS)('golden - command %s, which stays off the bus, likewise', (kind) => {
  const command = Command.parse(JSON.parse(textOf(kind)));
  expect(command.type).toBe(kind);
  expect(sameText(command)).toBe(textOf(kind));
  expect(
    CommandEnvelope.safeParse({ v: 1, id: 'x', key: 'x', edge: 'x', at: 0, payload: command }).success,
  ).toBe(false);
});

test('golden - another version of the envelope is refused', () => {
  const envelope = JSON.parse(textOf('timer.fired')) as object;
  expect(EventEnvelope.safeParse({ ...envelope, v: 2 }).success).toBe(false);
});
