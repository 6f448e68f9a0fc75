/**
 * The links of several edges to one domain, where a server allows that (ejabberd). All bring in what the server gives them. One
 * sends, the eldest: stanzas of one session that went by two connections could overtake each other. And an answer to a ping is
 * given to any of them: who gets another's hands it on. Links know of each other by the bus, which tells who consumes.
 */
import type { Bus, Consumer } from '@stoxgate/bus';
import {
  brandKey,
  type EdgeId,
  type XmlElement,
  xmppLinkSubject,
  xmppLinkSubjects,
} from '@stoxgate/contracts';
import type { Logger } from '@stoxgate/runtime';

export interface LinkPeersOptions {
  readonly domain: string;
  readonly bus: Pick<Bus, 'consume' | 'publish' | 'attended'>;
  readonly edgeId: EdgeId;
  readonly log: Logger;
  /** How often the others are looked for. */
  readonly lookMs: number;
  /** Whether this link is to send from now on. */
  readonly onTurn: (isOurs: boolean) => void;
  /** A ping of ours came back by another link. */
  readonly onPong: (id: string) => void;
}

const MAX_IN_FLIGHT = 64;
const HAND_ON_TIMEOUT_MS = 20_000;

export class LinkPeers {
  readonly #options: LinkPeersOptions;
  #isOnline = false;
  #isSending = false;
  /** At the last look this link was the eldest of several. */
  #isNext = false;
  #areOthers = false;
  #consumer: Consumer | undefined;
  #timer: NodeJS.Timeout | undefined;
  #change: Promise<void> = Promise.resolve();

  constructor(options: LinkPeersOptions) {
    this.#options = options;
  }

  online(): void {
    this.#isOnline = true;
    this.#settle();
  }

  offline(): void {
    this.#isOnline = false;
    clearTimeout(this.#timer);
    this.#turn(false);
    this.#settle();
  }

  /** Whether other links of the domain are connected, as far as is known. */
  get areOthers(): boolean {
    return this.#areOthers;
  }

  /** Leaves for good. */
  async stop(): Promise<void> {
    this.offline();
    await this.#change;
  }

  /** Gives a ping that is another edge's to that edge. */
  handOn(edge: EdgeId, stanza: XmlElement): void {
    const { domain, bus, edgeId, log } = this.#options;
    const id = stanza.attrs.id ?? '';
    const payload = { type: 'xmpp.iq.answered', domain, stanza } as const;
    const envelope = {
      v: 1,
      id,
      key: brandKey(`user:${domain}`),
      edge: edgeId,
      at: Date.now(),
      payload,
    } as const;
    bus.publish(xmppLinkSubject(domain, edge), envelope, HAND_ON_TIMEOUT_MS).catch((err: unknown) => {
      log.warn({ err, domain, edge }, 'the ping of another edge came here and could not be handed on');
    });
  }

  #settle(): void {
    this.#change = this.#change.then(() => (this.#isOnline ? this.#join() : this.#leave()));
  }

  async #join(): Promise<void> {
    const { domain, bus, edgeId, log, lookMs, onPong } = this.#options;
    clearTimeout(this.#timer);
    try {
      this.#consumer ??= await bus.consume(
        {
          subject: xmppLinkSubject(domain, edgeId),
          durable: `xmpp-link.${edgeId}`,
          maxInFlight: MAX_IN_FLIGHT,
        },
        async ({ payload }) => {
          if (payload.type === 'xmpp.iq.answered') onPong(payload.stanza.attrs.id ?? '');
        },
      );
      await this.#look();
    } catch (err) {
      // Whoever sends goes on, the others stay silent.
      log.debug({ err, domain }, 'cannot see the other links');
    }
    if (this.#isOnline) this.#timer = setTimeout(() => this.#settle(), lookMs);
  }

  async #leave(): Promise<void> {
    const consumer = this.#consumer;
    this.#consumer = undefined;
    await consumer?.stop(0);
  }

  async #look(): Promise<void> {
    const { domain, bus, edgeId } = this.#options;
    const attended = await bus.attended(xmppLinkSubjects(domain));
    const own = xmppLinkSubject(domain, edgeId);
    this.#areOthers = attended.some((subject) => subject !== own);
    if (!this.#isOnline || !attended.includes(own)) return;
    const isEldest = attended[0] === own;
    // One that comes back to several waits until they have seen it too.
    this.#turn(isEldest && (attended.length === 1 || this.#isSending || this.#isNext));
    this.#isNext = isEldest;
  }

  #turn(isOurs: boolean): void {
    if (isOurs === this.#isSending) return;
    this.#isSending = isOurs;
    this.#isNext = false;
    this.#options.onTurn(isOurs);
  }
}
