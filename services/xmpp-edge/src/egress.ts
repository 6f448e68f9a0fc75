/**
 * Commands from the bus to the spool of their domain. Commands are taken only while the component is connected, or was a
 * moment ago: what waits for a longer absence waits on the bus, where another process can have it.
 */

import type { Tracer } from '@opentelemetry/api';
import type { AddressMap } from '@stoxgate/addressing';
import type { Bus, Consumer } from '@stoxgate/bus';
import { type Envelope, type XmlElement, xmppDomainSubject } from '@stoxgate/contracts';
import { type Logger, NOOP_TRACER, sessionAttributes, startSpan } from '@stoxgate/runtime';
import { serialize } from '@stoxgate/wire-xmpp';
import { inTheNameOf } from './handed-on.ts';
import type { Spool } from './spool.ts';
import { stanzaAttributes, stanzaName } from './stanza-name.ts';

export interface EgressOptions {
  readonly domain: string;
  readonly map: AddressMap;
  readonly bus: Bus;
  readonly spool: Spool;
  readonly tracer: Tracer;
  readonly log: Logger;
  /** Commands in hand at a time. */
  readonly maxInFlight: number;
  /** How long an absence may last before commands in hand are given back. */
  readonly patienceMs: number;
  readonly dropped: (reason: 'foreign-from') => void;
}

const RETRY_MS = 1000;
const YIELD_MS = 5000;

export class Egress {
  readonly #options: EgressOptions;
  #wanted = false;
  #isStopped = false;
  #isAway = false;
  #consumer: Consumer | undefined;
  #change: Promise<void> = Promise.resolve();
  #timer: NodeJS.Timeout | undefined;

  constructor(options: EgressOptions) {
    this.#options = options;
  }

  online(): void {
    this.#isAway = false;
    this.#wantAfter(0, true);
  }

  /** @param isReplaced another link can have the commands at once. */
  offline(isReplaced = false): void {
    this.#isAway = true;
    this.#wantAfter(isReplaced ? 0 : this.#options.patienceMs, false);
  }

  /** Another link sends from now on; what is in hand here is still carried out. */
  yield(): void {
    this.#wantAfter(0, false);
  }

  /** Takes no more commands; waits for those in hand to be confirmed, at most `timeoutMs`. */
  async stop(timeoutMs: number): Promise<void> {
    this.#isStopped = true;
    clearTimeout(this.#timer);
    this.#wanted = false;
    await this.#change;
    await this.#consumer?.stop(timeoutMs);
    this.#consumer = undefined;
  }

  #wantAfter(delayMs: number, wanted: boolean): void {
    clearTimeout(this.#timer);
    if (this.#isStopped) return;
    if (delayMs > 0) {
      this.#timer = setTimeout(() => this.#wantAfter(0, wanted), delayMs);
      return;
    }
    this.#wanted = wanted;
    this.#change = this.#change.then(() => this.#settleIntoWanted());
  }

  async #settleIntoWanted(): Promise<void> {
    const { domain, bus, spool, maxInFlight, log } = this.#options;
    if (this.#wanted === (this.#consumer !== undefined)) return;
    if (!this.#wanted) {
      const consumer = this.#consumer;
      this.#consumer = undefined;
      await consumer?.stop(this.#isAway ? 0 : YIELD_MS);
      // Online: what is in hand is confirmed, and what is delivered again is known to the spool.
      if (!this.#isAway) return;
      spool.withdraw();
      log.warn({ domain }, 'component away: commands are left on the bus');
      return;
    }
    try {
      this.#consumer = await bus.consume(
        { subject: xmppDomainSubject(domain), durable: `xmpp-edge.${domain}`, maxInFlight },
        (envelope) => this.#handle(envelope),
      );
    } catch (err) {
      log.error({ err, domain }, 'cannot take commands from the bus yet');
      if (this.#wanted) this.#wantAfter(RETRY_MS, true);
    }
  }

  /** Resolves when the server has processed the stanza. The bus waits for it as long as the component is away. */
  #handle(envelope: Envelope): Promise<void> {
    const { payload } = envelope;
    if (payload.type !== 'xmpp.stanza.send') {
      this.#options.log.error(
        { type: payload.type, key: envelope.key },
        'a command that is not for this edge',
      );
      return Promise.resolve();
    }
    const { domain, map, spool, tracer, log } = this.#options;
    const { from } = payload.stanza.attrs;
    const stanza = isFrom(domain, from) ? payload.stanza : inTheNameOf(map, domain, payload.stanza);
    if (stanza === undefined) {
      // A server ends the whole stream over such a stanza (XEP-0114 §3).
      this.#options.dropped('foreign-from');
      log.error({ domain, from, key: envelope.key }, 'stanza not sent: not from this component');
      return Promise.resolve();
    }
    const flushed = tracer === NOOP_TRACER ? undefined : spanUntilSent(tracer, envelope, domain, stanza);
    return new Promise((resolve) => {
      spool.add(envelope.id, serialize(stanza), stanza.name, resolve, flushed);
    });
  }
}

/** Begins a span; what is returned ends it. */
function spanUntilSent(
  tracer: Tracer,
  { id, key, trace }: Envelope,
  domain: string,
  stanza: XmlElement,
): () => void {
  const attributes = () => ({ ...sessionAttributes(key), ...stanzaAttributes(domain, stanza) });
  const span = startSpan(tracer, `xmpp out ${stanzaName(stanza)}`, trace, attributes, { about: id });
  return () => span.end();
}

function isFrom(domain: string, from: string | undefined): boolean {
  if (from === undefined) return false;
  const slash = from.indexOf('/');
  const end = slash === -1 ? from.length : slash;
  const start = end - domain.length;
  const isAfterLocal = start === 0 || from.charAt(start - 1) === '@';
  return isAfterLocal && from.startsWith(domain, start);
}
