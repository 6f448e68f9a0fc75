/**
 * One component: its link, its spool, and the two ways between them and the bus.
 */
import type { Attributes } from '@opentelemetry/api';
import { type AddressMap, isUserDomain, normalizeDomain } from '@stoxgate/addressing';
import { type Event, ownTraceOf, type SessionKey, type XmlElement } from '@stoxgate/contracts';
import {
  abilitiesOf,
  NOOP_TRACER,
  type ServiceContext,
  sessionAttributes,
  startSpan,
} from '@stoxgate/runtime';
import { gatewayInfo, phoneInfo, type RefusalCause, serialize, type XmlLimits } from '@stoxgate/wire-xmpp';
import { Announcer } from './announcer.ts';
import { ComponentLink } from './component-link.ts';
import type { EdgeMetrics } from './edge-metrics.ts';
import type { EdgeTiming } from './edge-timing.ts';
import { Egress } from './egress.ts';
import type { EventPublisher } from './event-publisher.ts';
import { Ingress } from './ingress.ts';
import type { LinkFailure } from './link-failure.ts';
import { LinkPeers } from './link-peers.ts';
import type { RouteContext } from './route.ts';
import { Spool } from './spool.ts';
import { stanzaAttributes, stanzaName } from './stanza-name.ts';
import { StrangerLog } from './stranger-log.ts';

export interface ComponentOptions {
  readonly domain: string;
  readonly host: string;
  readonly port: number;
  readonly secret: string;
  readonly pstn: boolean;
  readonly map: AddressMap;
  readonly version: string;
  readonly context: ServiceContext;
  readonly publisher: EventPublisher;
  readonly metrics: EdgeMetrics;
  readonly timing: EdgeTiming;
}

/** Attributes of one element that a user may send; more belong to no protocol spoken here. */
const MAX_ATTRIBUTES = 128;
/** Commands in hand, over all edges: each for the time of a ping. */
const MAX_IN_FLIGHT = 1024;

export class ComponentService {
  readonly #options: ComponentOptions;
  readonly #link: ComponentLink;
  readonly #spool: Spool;
  readonly #egress: Egress;
  readonly #ingress: Ingress;
  readonly #announcer: Announcer;
  readonly #peers: LinkPeers;
  readonly #strangers: StrangerLog;
  #routing: RouteContext;
  #answers = 0;
  #isStopping = false;

  constructor(options: ComponentOptions) {
    this.#options = options;
    const { domain, host, port, secret, map, metrics, timing, context } = options;
    const { config, bus, tracer, log } = context;
    const limits: XmlLimits = {
      maxBytes: config.limits.stanza_bytes,
      maxDepth: config.limits.stanza_depth,
      maxAttributes: MAX_ATTRIBUTES,
    };
    this.#strangers = new StrangerLog(log, () => performance.now());
    this.#routing = this.#routeContext();
    this.#ingress = this.#createIngress();
    this.#announcer = new Announcer({
      domain,
      normalDomain: normalizeDomain(domain) ?? domain,
      store: context.store,
      publish: (key, event) => options.publisher.publish(key, event, undefined),
      log,
      pauseMs: timing.announcePauseMs,
    });
    this.#peers = this.#createPeers();
    this.#link = new ComponentLink(
      {
        ...{ domain, edgeId: context.edgeId, host, port, secret, limits, timing: timing.link, log },
        isCutOff: () => bus.fault() !== undefined,
      },
      {
        online: () => this.#online(),
        offline: (failure) => this.#offline(failure),
        stanza: (stanza) => this.#take(stanza),
        refused: (head, cause) => this.#takeRefused(head, cause),
        pong: (ping) => this.#spool.pong(ping),
        strayPing: (edge, stanza) => this.#peers.handOn(edge, stanza),
        writable: () => this.#spool.writable(),
      },
    );
    this.#spool = new Spool({
      link: this.#link,
      maxStanzas: config.limits.spool_stanzas,
      confirmDelayMs: timing.confirmDelayMs,
      onWritten: ({ kind }) => metrics.sent(domain, kind),
      onPoison: (id) => {
        metrics.refused(domain, 'poison');
        log.error({ domain, command: id }, 'a stanza was given up: the server ends the stream over it');
      },
    });
    this.#egress = new Egress({
      domain,
      map,
      bus,
      spool: this.#spool,
      tracer,
      log,
      maxInFlight: Math.min(MAX_IN_FLIGHT, config.limits.spool_stanzas),
      patienceMs: timing.patienceMs,
      dropped: (reason) => metrics.refused(domain, reason),
    });
  }

  #createPeers(): LinkPeers {
    const { domain, context, timing } = this.#options;
    const { bus, edgeId, log } = context;
    return new LinkPeers({
      ...{ domain, bus, edgeId, log, lookMs: timing.lookMs },
      onTurn: (isOurs) => {
        if (isOurs) this.#egress.online();
        else if (this.#link.isOnline) this.#egress.yield();
      },
      onPong: (id) => void this.#link.takePong(id),
    });
  }

  get domain(): string {
    return this.#options.domain;
  }

  get isOnline(): boolean {
    return this.#link.isOnline;
  }

  get spooled(): number {
    return this.#spool.size;
  }

  /** An edge that stands by for another is as ready as it can be; where the bus is in this process there is no other. */
  fault(): string | undefined {
    if (this.#link.isStandby && this.#options.context.config.bus !== 'memory') return undefined;
    const fault = this.#link.fault();
    return fault === undefined ? undefined : `not connected: ${fault}`;
  }

  start(): void {
    this.#link.start();
  }

  pause(): void {
    this.#link.pause();
  }

  resume(): void {
    this.#link.resume();
  }

  /** Waits until what is to be sent is confirmed. Refuses new calls where no other process could go on with them. */
  async drain(timeoutMs: number): Promise<void> {
    this.#routing = { ...this.#routing, isDraining: this.#options.context.config.bus === 'memory' };
    this.#announcer.offline();
    if (this.#link.isOnline) await this.#spool.whenEmpty(timeoutMs);
  }

  async stop(timeoutMs: number): Promise<void> {
    this.#isStopping = true;
    this.#announcer.offline();
    await this.#egress.stop(this.#link.isOnline ? timeoutMs : 0);
    if (this.#link.isOnline) await this.#spool.whenEmpty(timeoutMs);
    this.#spool.stop();
    await this.#peers.stop();
    await this.#link.stop(timeoutMs);
  }

  #routeContext(): RouteContext {
    const { domain, pstn, map, version, context } = this.#options;
    const abilities = abilitiesOf(context.config);
    const self = {
      map,
      version,
      phone: phoneInfo(abilities),
      gateway: gatewayInfo(abilities, pstn),
      externalServices: context.config.media.external_services,
      startedAt: Date.now(),
      now: () => Date.now(),
    };
    return {
      domain,
      normalDomain: normalizeDomain(domain) ?? domain,
      self,
      isServed: (sender) => isUserDomain(map, sender),
      isDraining: false,
      callIdHost: context.config.calls.call_id_host,
    };
  }

  #createIngress(): Ingress {
    const { domain, metrics } = this.#options;
    return new Ingress({
      context: () => this.#routing,
      publish: (key, event, stanza) => this.#publish(key, event, stanza),
      send: (stanza) => this.#answer(stanza),
      refused: (reason, stanza) => {
        metrics.refused(domain, reason);
        if (reason === 'stranger') this.#strangers.note(stanza.attrs.from ?? '');
      },
    });
  }

  #online(): void {
    this.#spool.online();
    this.#peers.online();
    this.#announcer.online();
  }

  #offline(failure: LinkFailure): void {
    if (!this.#isStopping) this.#options.metrics.reconnecting(this.#options.domain);
    this.#spool.offline(failure.blamesStanza);
    this.#egress.offline(this.#peers.areOthers);
    this.#peers.offline();
    this.#announcer.offline();
  }

  #take(stanza: XmlElement): void {
    this.#options.metrics.received(this.#options.domain, stanza.name);
    this.#ingress.take(stanza);
  }

  #takeRefused(head: XmlElement, cause: RefusalCause): void {
    this.#options.metrics.received(this.#options.domain, head.name);
    this.#ingress.takeRefused(head, cause);
  }

  /** Answers of our own go the way of all others, but nobody brings them again: without room they are lost. */
  #answer(stanza: XmlElement): void {
    if (!this.#spool.hasRoom) {
      this.#options.metrics.refused(this.#options.domain, 'no-room');
      return;
    }
    this.#spool.add(`answer.${this.#answers++}`, serialize(stanza), stanza.name);
  }

  #publish(key: SessionKey, event: Event, stanza: XmlElement): Promise<boolean> {
    const { tracer } = this.#options.context;
    const { publisher, domain } = this.#options;
    if (tracer === NOOP_TRACER) return publisher.publish(key, event, undefined);
    const own = ownTraceOf(key);
    const attributes = (): Attributes => ({
      ...sessionAttributes(key),
      ...stanzaAttributes(domain, stanza),
      ...(own === undefined && { 'stoxgate.direction': 'xmpp-to-sip' }),
    });
    const span = startSpan(tracer, `xmpp in ${stanzaName(stanza)}`, own, attributes);
    const publication = publisher.publish(key, event, span.traceparent);
    publication.then(
      (isAccepted) => span.end(isAccepted ? undefined : 'the bus did not take it in time'),
      () => {},
    );
    return publication;
  }
}
