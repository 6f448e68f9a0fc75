/**
 * The XML stream of one connection: bytes in, stanzas out, the handshake in between. XEP-0114 §3, RFC 6120 §4.
 */
import type { XmlElement } from '@stoxgate/contracts';
import { NS, type RefusalCause, StanzaReader, type StreamEvent, type XmlLimits } from '@stoxgate/wire-xmpp';
import { handshakeElement, STREAM_END, streamErrorText, streamHeader } from './handshake.ts';
import { failureOf, type LinkFailure, lost } from './link-failure.ts';

export interface StreamPort {
  readonly domain: string;
  readonly secret: string;
  readonly limits: XmlLimits;
  readonly write: (text: string) => void;
  readonly online: () => void;
  readonly stanza: (stanza: XmlElement) => void;
  readonly refused: (head: XmlElement, cause: RefusalCause) => void;
  /** The stream is over; `text` is what is owed to the server as a last word. Called once. */
  readonly failed: (failure: LinkFailure, text: string) => void;
}

export class ComponentStream {
  readonly #port: StreamPort;
  readonly #reader: StanzaReader;
  readonly #decoder = new TextDecoder('utf-8', { fatal: true });
  #isOnline = false;
  #isOver = false;

  constructor(port: StreamPort) {
    this.#port = port;
    this.#reader = new StanzaReader(port.limits);
  }

  open(): void {
    this.#port.write(streamHeader(this.#port.domain));
  }

  push(chunk: Uint8Array): void {
    if (this.#isOver) return;
    let text: string;
    try {
      text = this.#decoder.decode(chunk, { stream: true });
    } catch {
      this.#fail(lost('the server sent bytes that are no UTF-8'), streamErrorText('unsupported-encoding'));
      return;
    }
    for (const event of this.#reader.push(text)) {
      this.#take(event);
      if (this.#isOver) return;
    }
  }

  /** Reads nothing more. */
  abort(failure: LinkFailure): void {
    this.#fail(failure, '');
  }

  #fail(failure: LinkFailure, text: string): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#port.failed(failure, text);
  }

  #take(event: StreamEvent): void {
    switch (event.kind) {
      case 'stream-open':
        this.#port.write(handshakeElement(event.attrs.id ?? '', this.#port.secret));
        return;
      case 'stanza':
        this.#takeElement(event.element);
        return;
      case 'refused':
        if (this.#isOnline) this.#port.refused(event.head, event.cause);
        return;
      case 'stream-close':
        this.#fail(lost('the server closed the stream'), STREAM_END);
        return;
      case 'fault': {
        const { condition, detail } = event.fault;
        this.#fail(lost(`the server sent XML that cannot be read: ${detail}`), streamErrorText(condition));
        return;
      }
    }
  }

  #takeElement(element: XmlElement): void {
    if (element.name === 'error' && element.attrs.xmlns === NS.STREAM) {
      this.#fail(failureOf(element), STREAM_END);
    } else if (this.#isOnline) {
      this.#port.stanza(element);
    } else if (element.name === 'handshake') {
      this.#isOnline = true;
      this.#port.online();
    }
  }
}
