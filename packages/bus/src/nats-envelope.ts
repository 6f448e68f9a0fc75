import { CommandEnvelope, type Envelope, EventEnvelope } from '@stoxgate/contracts';

type Reading =
  | { readonly ok: true; readonly envelope: Envelope }
  | { readonly ok: false; readonly cause: unknown };

const decoder = new TextDecoder();

/** Reads what came from the bus under `subject`; anything but an envelope of that subject's kind is `ok: false`. */
export function readEnvelope(subject: string, data: Uint8Array): Reading {
  const schema = subject.startsWith('stox.evt.') ? EventEnvelope : CommandEnvelope;
  try {
    const parsed = schema.safeParse(JSON.parse(decoder.decode(data)));
    return parsed.success ? { ok: true, envelope: parsed.data } : { ok: false, cause: parsed.error };
  } catch (cause) {
    // No JSON, or nested deeper than the stack.
    return { ok: false, cause };
  }
}
