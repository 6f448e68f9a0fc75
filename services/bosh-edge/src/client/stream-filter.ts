/**
 * Between the server and the library: what comes is read here first, within limits, and the library reads what is known to be
 * good and of use to it. It never sees an error, so it follows no redirection, and of features it sees those that are wanted: no
 * other SASL, no resumption of streams. RFC 6120 §4.3, §6, §7; RFC 7395 §3.
 */
import type { ConnectionCause, SaslMechanism, XmlElement } from '@stoxgate/contracts';
import {
  childOf,
  childrenOf,
  el,
  NS,
  parseXml,
  readStanzaError,
  StanzaReader,
  type StreamEvent,
  serialize,
  textOf,
  type XmlLimits,
} from '@stoxgate/wire-xmpp';
import { streamError } from './stream-fault.ts';

const FRAMING = 'urn:ietf:params:xml:ns:xmpp-framing';
const STREAM_OPEN = `<stream:stream xmlns="${NS.CLIENT}" xmlns:stream="${NS.STREAM}" version="1.0">`;
const STREAM_CLOSE = '</stream:stream>';

/** pass: text for the library. close: the server has closed the stream. over: the connection is, and why. */
export type Filtered =
  | { readonly kind: 'pass'; readonly text: string }
  | { readonly kind: 'close'; readonly text: string }
  | { readonly kind: 'over'; readonly cause: ConnectionCause };

export interface StreamFilterOptions {
  /** Whether text comes in frames, an element each. */
  readonly isFramed: boolean;
  readonly limits: XmlLimits;
  /** Best first. */
  readonly mechanisms: readonly SaslMechanism[];
  /** Whether a `<success/>` with this text is of a server that knows the password. */
  readonly isProvenBy: (mechanism: SaslMechanism, success: string) => boolean;
}

const over = (cause: ConnectionCause): Filtered => ({ kind: 'over', cause });
const pass = (element: XmlElement): Filtered => ({ kind: 'pass', text: serialize(element) });

export class StreamFilter {
  readonly #options: StreamFilterOptions;
  #reader: StanzaReader;
  #mechanism: SaslMechanism | undefined;
  #step: 'authenticating' | 'binding' | 'open' = 'authenticating';

  constructor(options: StreamFilterOptions) {
    this.#options = options;
    this.#reader = new StanzaReader(options.limits);
  }

  /** The mechanism to log in with; undefined until the server has offered it. */
  get mechanism(): SaslMechanism | undefined {
    return this.#mechanism;
  }

  push(text: string): readonly Filtered[] {
    const events = this.#options.isFramed ? [this.#frame(text)] : this.#reader.push(text);
    return events.map((event) => this.#take(event)).filter((filtered) => filtered !== undefined);
  }

  /** A frame as an event of a stream. */
  #frame(text: string): StreamEvent | XmlElement {
    const parsed = parseXml(text, this.#options.limits);
    if (!parsed.ok) return { kind: 'fault', fault: parsed.fault };
    const { element } = parsed;
    return element.attrs.xmlns === FRAMING ? element : { kind: 'stanza', element };
  }

  #take(event: StreamEvent | XmlElement): Filtered | undefined {
    if (!('kind' in event)) {
      return event.name === 'open' ? pass(event) : { kind: 'close', text: serialize(event) };
    }
    switch (event.kind) {
      case 'stream-open':
        return { kind: 'pass', text: STREAM_OPEN };
      case 'stanza':
        return this.#element(event.element);
      case 'refused':
        return undefined;
      case 'stream-close':
        return { kind: 'close', text: STREAM_CLOSE };
      case 'fault':
        return over('ended');
    }
  }

  #element(element: XmlElement): Filtered | undefined {
    const { name, attrs } = element;
    if (attrs.xmlns === NS.SASL) return this.#sasl(element);
    if (attrs.xmlns === NS.STREAM) {
      if (name === 'error') return over(streamError(element));
      return name === 'features' ? this.#features(element) : undefined;
    }
    return name === 'iq' ? this.#iq(element) : undefined;
  }

  #features(features: XmlElement): Filtered | undefined {
    if (this.#step === 'open') return undefined;
    if (this.#step === 'binding') {
      const bind = childOf(features, 'bind', NS.BIND);
      return bind === undefined ? over('refused') : pass(el('features', { xmlns: NS.STREAM }, bind));
    }
    const offered = childOf(features, 'mechanisms', NS.SASL);
    const names = offered && childrenOf(offered, 'mechanism').map((one) => textOf(one).trim().toUpperCase());
    this.#mechanism ??= this.#options.mechanisms.find((mechanism) => names?.includes(mechanism));
    if (this.#mechanism === undefined) return over('mechanism');
    const mechanism = el('mechanism', {}, this.#mechanism);
    return pass(el('features', { xmlns: NS.STREAM }, el('mechanisms', { xmlns: NS.SASL }, mechanism)));
  }

  #sasl(element: XmlElement): Filtered | undefined {
    if (this.#step !== 'authenticating' || this.#mechanism === undefined) return undefined;
    switch (element.name) {
      case 'challenge':
        return pass(element);
      case 'failure':
        return over(childOf(element, 'temporary-auth-failure') === undefined ? 'credentials' : 'temporary');
      case 'success':
        if (!this.#options.isProvenBy(this.#mechanism, textOf(element))) return over('unproven');
        this.#step = 'binding';
        // The stream begins anew, RFC 6120 §6.4.6.
        this.#reader = new StanzaReader(this.#options.limits);
        return pass(element);
      default:
        return undefined;
    }
  }

  /** The answer to the request for a resource, and requests, which the library answers. */
  #iq(iq: XmlElement): Filtered | undefined {
    const { type } = iq.attrs;
    if (this.#step === 'open') return type === 'get' || type === 'set' ? pass(iq) : undefined;
    if (this.#step !== 'binding') return undefined;
    if (type === 'error') {
      return over(readStanzaError(iq).condition === 'conflict' ? 'conflict' : 'refused');
    }
    if (type !== 'result') return undefined;
    this.#step = 'open';
    return pass(iq);
  }
}
