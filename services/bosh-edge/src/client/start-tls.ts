/**
 * Until TLS can begin: RFC 6120 §5.4. Nothing of it is for the library: it cannot be told authorities, names no server in the
 * handshake, and goes on without TLS where none is offered.
 */
import type { Socket } from 'node:net';
import { childOf, escapeValue, NS, StanzaReader, type StreamEvent } from '@stoxgate/wire-xmpp';
import { streamFault } from './stream-fault.ts';
import type { Place, WireFault } from './wire.ts';

const TLS = 'urn:ietf:params:xml:ns:xmpp-tls';
const MAX_DEPTH = 16;
const MAX_ATTRIBUTES = 64;

/** not-offered: it may go on without TLS, on another connection. */
export type TlsOutcome = 'proceed' | 'not-offered' | WireFault;

const headerOf = (domain: string): string =>
  `<?xml version='1.0'?><stream:stream to="${escapeValue(domain)}" version="1.0" xml:lang="en" xmlns="${NS.CLIENT}" xmlns:stream="${NS.STREAM}">`;

/** Calls `done` once. The socket has no listener of ours then. */
export function startTls(
  socket: Socket,
  { domain, mayBePlain, maxBytes }: Place,
  done: (outcome: TlsOutcome) => void,
): void {
  const reader = new StanzaReader({ maxBytes, maxDepth: MAX_DEPTH, maxAttributes: MAX_ATTRIBUTES });
  let isAsked = false;
  const end = (outcome: TlsOutcome): void => {
    socket.off('connect', onConnect).off('data', onData).off('close', onClose);
    done(outcome);
  };
  /** Undefined: more is to come. */
  const outcomeOf = (event: StreamEvent): TlsOutcome | undefined => {
    if (event.kind === 'stream-open') return undefined;
    if (event.kind !== 'stanza') return 'ended';
    const { element } = event;
    const { name, attrs } = element;
    if (name === 'features' && attrs.xmlns === NS.STREAM && !isAsked) {
      if (childOf(element, 'starttls', TLS) === undefined) return mayBePlain ? 'not-offered' : 'tls';
      isAsked = true;
      socket.write(`<starttls xmlns="${TLS}"/>`);
      return undefined;
    }
    if (name === 'proceed' && attrs.xmlns === TLS && isAsked) return 'proceed';
    return name === 'error' && attrs.xmlns === NS.STREAM ? streamFault(element) : 'ended';
  };
  const onConnect = (): void => void socket.write(headerOf(domain));
  const onData = (chunk: Buffer): void => {
    const events = reader.push(chunk.toString('utf8'));
    for (const [at, event] of events.entries()) {
      const outcome = outcomeOf(event);
      if (outcome === undefined) continue;
      // What stands behind it was said without TLS, by anybody.
      end(outcome === 'proceed' && at + 1 < events.length ? 'ended' : outcome);
      return;
    }
  };
  const onClose = (): void => end('transport');
  socket.once('connect', onConnect).on('data', onData).once('close', onClose);
  // What it says is said by `close` too; without a listener it would end the process.
  socket.on('error', () => undefined);
}
