/**
 * By what spans are searched for: attributes of the session that a key names, and those of them that name people.
 */
import type { Attributes } from '@opentelemetry/api';
import type { Span, SpanProcessor } from '@opentelemetry/sdk-trace-node';

/** Bare JID; address of record. */
const PERSONAL = ['stoxgate.user', 'stoxgate.phone'] as const;

/** What the key of a session says. Keys of no known kind say nothing. */
export function sessionAttributes(key: string): Attributes {
  const colon = key.indexOf(':');
  const [kind, rest] = [key.slice(0, colon), key.slice(colon + 1)];
  switch (kind) {
    case 'call':
      return { 'stoxgate.call_id': rest };
    case 'pair':
    case 'presence': {
      const space = rest.indexOf(' ');
      return { 'stoxgate.user': rest.slice(0, space), 'stoxgate.phone': rest.slice(space + 1) };
    }
    case 'user':
      return { 'stoxgate.user': rest };
    case 'phone':
    case 'published':
    case 'dialogs':
      return { 'stoxgate.phone': rest };
    default:
      return {};
  }
}

/** Takes off spans what names people, whoever put it there. */
export class PeopleRemover implements SpanProcessor {
  onStart(): void {}

  onEnding({ attributes }: Span): void {
    for (const name of PERSONAL) Reflect.deleteProperty(attributes, name);
  }

  onEnd(): void {}

  forceFlush(): Promise<void> {
    return Promise.resolve();
  }

  shutdown(): Promise<void> {
    return Promise.resolve();
  }
}
