/**
 * What travels on the bus. `id` names the message for de-duplication; `key` the session; `edge` the process it came
 * from; `at` the time of origin (ms since the epoch); `trace` the W3C traceparent of the span it belongs to.
 */
import { z } from 'zod';
import { EdgeCommand } from './commands.ts';
import { Event } from './events.ts';

const head = {
  v: z.literal(1),
  id: z.string(),
  key: z.string(),
  edge: z.string(),
  at: z.number(),
  trace: z.string().optional(),
};

export const EventEnvelope = z.object({ ...head, payload: Event });
export type EventEnvelope = z.infer<typeof EventEnvelope>;

export const CommandEnvelope = z.object({ ...head, payload: EdgeCommand });
export type CommandEnvelope = z.infer<typeof CommandEnvelope>;

export const Envelope = z.union([EventEnvelope, CommandEnvelope]);
export type Envelope = EventEnvelope | CommandEnvelope;

const COMMANDS: ReadonlySet<string> = new Set(EdgeCommand.options.map(({ shape }) => shape.type.value));

/** Whether a message on the bus is for an edge to carry out; else something happened. */
export const isCommandEnvelope = (envelope: Envelope): envelope is CommandEnvelope =>
  COMMANDS.has(envelope.payload.type);

export const isEventEnvelope = (envelope: Envelope): envelope is EventEnvelope =>
  !isCommandEnvelope(envelope);
