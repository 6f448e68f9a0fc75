import { CommandEnvelope, type Envelope, EventEnvelope } from '@stoxgate/contracts';
import { isEventSubject } from './nats-streams.ts';

/** What one JetStream message holds. */
export interface Reading {
  readonly envelopes: readonly Envelope[];
  /** Why something in it, or the whole, is no envelope. */
  readonly faults: readonly unknown[];
}

const decoder = new TextDecoder();

/** Reads a message of `subject`: an envelope of that subject's kind as JSON, or an array of them. */
export function readEnvelopes(subject: string, data: Uint8Array): Reading {
  const schema = isEventSubject(subject) ? EventEnvelope : CommandEnvelope;
  const envelopes: Envelope[] = [];
  const faults: unknown[] = [];
  for (const item of itemsOf(data, faults)) {
    try {
      const parsed = schema.safeParse(item);
      if (parsed.success) envelopes.push(parsed.data);
      else faults.push(parsed.error);
    } catch (cause) {
      // Nested deeper than the stack.
      faults.push(cause);
    }
  }
  return { envelopes, faults };
}

function itemsOf(data: Uint8Array, faults: unknown[]): readonly unknown[] {
  try {
    const value: unknown = JSON.parse(decoder.decode(data));
    if (!Array.isArray(value)) return [value];
    if (value.length === 0) faults.push(new Error('A batch of nothing.'));
    return value;
  } catch (cause) {
    faults.push(cause);
    return [];
  }
}
