/**
 * What the edge makes of SIP traffic: events for the translator, and the few answers that need none.
 */
import { randomUUID } from 'node:crypto';
import type { Attributes } from '@opentelemetry/api';
import type { AddressMap } from '@stoxgate/addressing';
import { DONE } from '@stoxgate/bus';
import {
  keyOfCall,
  type SessionKey,
  type SipRequest,
  type SipResponse,
  type SipSource,
} from '@stoxgate/contracts';
import { type EventOutlet, type Logger, TAKEN } from '@stoxgate/runtime';
import {
  type Dns,
  type FailureCause,
  type Refusal,
  responseTo,
  type SipStack,
  type SipStackUser,
} from '@stoxgate/sip-stack';
import { unavailable, unavailableInDialog } from './capabilities.ts';
import { type EventKey, eventKeyOf, isServed } from './event-key.ts';
import { InTurn } from './in-turn.ts';
import { hostNamesIn, withAddresses } from './sdp-hosts.ts';

/** What a request or response of ours belongs to. */
export interface Origin {
  readonly key: SessionKey;
  /** `traceparent` of the command. */
  readonly trace: string | undefined;
  /** Of a request of ours: a response, or that none will come, is known to the bus. */
  readonly heard?: (isFinal: boolean) => void;
}

/** A request that the edge sends for itself: what comes of it is no event. */
export interface OwnRequest {
  readonly responded: (response: SipResponse) => void;
  readonly failed: (cause: FailureCause) => void;
}

/** What a transaction of the stack was for. */
export type EdgeTag = Origin | OwnRequest;

const isOwn = (tag: EdgeTag): tag is OwnRequest => 'responded' in tag;

/** A client waits 32 s for a non-INVITE and repeats it meanwhile; refused before, it can go elsewhere. */
const REQUEST_TIMEOUT_MS = 4000;
/** Outside a dialog they are the beginning of something. */
const OPENING: ReadonlySet<string> = new Set(['INVITE', 'MESSAGE', 'SUBSCRIBE', 'PUBLISH']);
/** What cannot be refused is kept for as long as its peer would repeat it. */
const OTHER_TIMEOUT_MS = 32_000;
/** Sessions that wait for addresses at a time; beyond, a host name is passed on and refused. */
const LOOKUPS_MAX = 256;

const TO_XMPP = { 'stoxgate.direction': 'sip-to-xmpp' };
/** What comes by a Call-ID may be a part of something that began on the other side. */
const directionOf = (key: SessionKey): Attributes => (key.startsWith('call:') ? {} : TO_XMPP);

export class EdgeUser implements SipStackUser<EdgeTag> {
  readonly #map: AddressMap;
  /** Answer to OPTIONS outside a dialog. */
  readonly #capabilities: (request: SipRequest) => Refusal;
  readonly #outlet: EventOutlet;
  readonly #log: Logger;
  readonly #dns: Pick<Dns, 'addresses'>;
  readonly #waiting = new InTurn<SessionKey>();
  /** The request let in last: it is the next to be received. */
  #admitted: { readonly request: SipRequest; readonly key: EventKey } | undefined;
  /** Set once the stack listens. */
  stack: SipStack<EdgeTag> | undefined;
  isDraining = false;
  /** Whether a request that begins something is let in now. */
  admits: () => boolean = () => true;

  constructor(
    map: AddressMap,
    capabilities: (request: SipRequest) => Refusal,
    outlet: EventOutlet,
    log: Logger,
    dns: Pick<Dns, 'addresses'>,
  ) {
    this.#capabilities = capabilities;
    this.#dns = dns;
    this.#map = map;
    this.#outlet = outlet;
    this.#log = log;
  }

  serves(request: SipRequest): boolean {
    return isServed(this.#map, request);
  }

  admit(request: SipRequest): Refusal | undefined {
    const inDialog = request.to.params.tag !== undefined;
    if (request.method === 'OPTIONS' && !inDialog) {
      return this.isDraining ? unavailable() : this.#capabilities(request);
    }
    const opens = !inDialog && OPENING.has(request.method);
    if (opens && (this.isDraining || !this.admits())) return unavailable();
    if (this.#outlet.isFull) return inDialog ? unavailableInDialog() : unavailable();
    const key = eventKeyOf(this.#map, request);
    if (!key.ok) return { status: key.status };
    this.#admitted = { request, key };
    return undefined;
  }

  received(request: SipRequest, source: SipSource): void {
    const found = this.#admitted?.request === request ? this.#admitted.key : eventKeyOf(this.#map, request);
    this.#admitted = undefined;
    if (!found.ok) return;
    const { key } = found;
    const { method, callId } = request;
    this.#log.debug({ key, method, callId }, 'SIP request');
    this.#withAddresses(key, request, (resolved) => this.#publish(key, resolved, source));
  }

  #publish(key: SessionKey, request: SipRequest, source: SipSource): Promise<void> {
    const { method, callId } = request;
    const taken = this.#outlet.publish(
      key,
      { type: 'sip.request.received', request, source },
      {
        name: `sip in ${method}`,
        attributes: { 'sip.method': method, 'sip.call_id': callId, ...directionOf(key) },
      },
      method === 'ACK' || method === 'CANCEL' || method === 'BYE' ? OTHER_TIMEOUT_MS : REQUEST_TIMEOUT_MS,
    );
    return taken === TAKEN ? DONE : this.#refuseUnless(taken, request, key);
  }

  async #refuseUnless(taken: Promise<boolean>, request: SipRequest, key: SessionKey): Promise<void> {
    if (!(await taken) && request.method !== 'ACK') this.#refuse(request, key);
  }

  responded(tag: EdgeTag, branch: string, response: SipResponse): void {
    if (isOwn(tag)) {
      tag.responded(response);
      return;
    }
    const { key, trace, heard } = tag;
    const { status, cseq, callId } = response;
    this.#log.debug({ key, status, method: cseq.method, callId }, 'SIP response');
    this.#withAddresses(key, response, (resolved) => {
      const taken = this.#outlet.publish(
        key,
        { type: 'sip.response.received', branch, response: resolved },
        {
          name: `sip in ${status} ${cseq.method}`,
          trace,
          attributes: { 'sip.method': cseq.method, 'sip.status_code': status, 'sip.call_id': callId },
        },
        OTHER_TIMEOUT_MS,
      );
      const tell = (): void => heard?.(status >= 200);
      if (taken !== TAKEN) return taken.then(tell);
      tell();
      return DONE;
    });
  }

  respondedElsewhere(branch: string, response: SipResponse): void {
    this.responded({ key: keyOfCall(response.callId), trace: undefined }, branch, response);
  }

  /**
   * Publishes a message once the host names in its SDP have addresses: at once where it has none. What comes later for the
   * same session waits behind it, so that its order stays.
   */
  #withAddresses<Message extends SipRequest | SipResponse>(
    key: SessionKey,
    message: Message,
    publish: (message: Message) => Promise<void>,
  ): void {
    const { body } = message;
    const names = this.#waiting.size < LOOKUPS_MAX ? hostNamesIn(body) : [];
    if (body === undefined || names.length === 0) {
      if (this.#waiting.isBusy(key)) this.#waiting.run(key, () => publish(message));
      else void publish(message);
      return;
    }
    this.#waiting.run(key, async () => {
      await publish({ ...message, body: await withAddresses(body, names, this.#dns) });
    });
  }

  failed(tag: EdgeTag, branch: string, callId: string, method: string, cause: FailureCause): void {
    if (isOwn(tag)) {
      tag.failed(cause);
      return;
    }
    const { key, trace, heard } = tag;
    this.#log.warn({ key, callId, method, cause }, 'SIP request without a final response');
    void this.#outlet
      .publish(
        key,
        { type: 'sip.request.failed', branch, callId, method, cause },
        {
          name: `sip in ${cause} ${method}`,
          trace,
          attributes: { 'sip.method': method, 'sip.failure': cause, 'sip.call_id': callId },
        },
        OTHER_TIMEOUT_MS,
      )
      .then(() => heard?.(true));
  }

  ackTimedOut(tag: EdgeTag, callId: string, localTag: string, cseq: number): void {
    if (isOwn(tag)) return;
    const { key, trace } = tag;
    this.#log.warn({ key, callId }, 'no ACK came');
    void this.#outlet.publish(
      key,
      { type: 'sip.ack.timed-out', callId, localTag, cseq },
      { name: 'sip in no ACK', trace, attributes: { 'sip.call_id': callId } },
      OTHER_TIMEOUT_MS,
    );
  }

  /** The translator will not see this request: the client must not wait. */
  #refuse(request: SipRequest, key: SessionKey): void {
    const refusal = request.to.params.tag === undefined ? unavailable() : unavailableInDialog();
    this.stack?.respond({ key, trace: undefined }, responseTo(request, refusal, randomUUID()));
  }
}
