/**
 * From the user to bytes: requests in client transactions, ACK and CANCEL beside them, responses in theirs.
 */
import type { OutgoingSipRequest, OutgoingSipResponse, SipHeaders, SipResponse } from '@stoxgate/contracts';
import { parseVia, serializeRequest, serializeResponse } from '@stoxgate/wire-sip';
import { type AcceptedResponses, acceptedKey } from './accepted-responses.ts';
import type { ClientRequest } from './client-transaction.ts';
import type { ClientTransactions } from './client-transactions.ts';
import type { Challenge, Credentials, DigestClient } from './digest.ts';
import { FailingServers, retryAfterMs } from './failing-servers.ts';
import type { Flows } from './flows.ts';
import { Generations } from './generations.ts';
import type { Hop, Path, Protocol } from './hop.ts';
import type { NextHops } from './next-hop.ts';
import type { OwnAddress } from './own-address.ts';
import { pathOfVia } from './response-path.ts';
import type { SentAcks } from './sent-acks.ts';
import type { ServerTransactions } from './server-transactions.ts';
import type { SourceFilter } from './source-filter.ts';
import type { SipStackMeter, SipStackUser } from './stack-user.ts';
import { clientTransactionKey } from './transaction-key.ts';

export interface EgressParts<Tag> {
  readonly servers: ServerTransactions;
  readonly clients: ClientTransactions<Tag>;
  readonly accepted: AcceptedResponses;
  readonly acks: SentAcks;
  readonly own: OwnAddress;
  readonly hops: NextHops;
  readonly digest: DigestClient;
  readonly flows: Flows;
  readonly peers: SourceFilter;
  readonly user: SipStackUser<Tag>;
  readonly meter: SipStackMeter;
  readonly send: (bytes: Uint8Array, path: Path) => void;
  /** Value of User-Agent in our requests. */
  readonly userAgent: string;
}

/** RFC 3261 §18.1.1: larger requests go over a congestion-controlled transport when the path MTU is unknown. */
const LARGE_BYTES = 1300;
const NO_TCP_LIFETIME_MS = 60_000;
const NO_TCP_MAX = 2000;

/** As long as an INVITE may ring. */
const CREDENTIALS_LIFETIME_MS = 300_000;
const CREDENTIALS_MAX = 40_000;

/** Servers tried for one request; each that is silent costs Timer B. */
const SERVERS_MAX = 4;

const SENT = Promise.resolve(true);
const NOT_SENT = Promise.resolve(false);
const NO_HOPS: readonly Hop[] = [];

interface Routed {
  readonly hop: Hop;
  readonly branch: string;
  readonly bytes: Uint8Array;
  readonly via: string;
  /** Servers left. */
  readonly others: readonly Hop[];
}

export class Egress<Tag> {
  readonly #parts: EgressParts<Tag>;
  readonly #starting = new Set<string>();
  /** Of INVITEs, by Call-ID and CSeq: an ACK MUST have the same (RFC 3261 §13.2.2.4). */
  readonly #credentials = new Generations<SipHeaders>(CREDENTIALS_LIFETIME_MS, CREDENTIALS_MAX);
  /** UDP peers that refuse TCP, so that large requests do not ask again each time. */
  readonly #withoutTcp = new Generations<true>(NO_TCP_LIFETIME_MS, NO_TCP_MAX);
  readonly #failing = new FailingServers();
  /** INVITEs between a server that failed and the next one, by the branch that the user gave. */
  readonly #moving = new Set<string>();

  constructor(parts: EgressParts<Tag>) {
    this.#parts = parts;
  }

  /**
   * Sends a request on `branch`. A branch and method that were sent already are left alone: false. What comes of it goes to
   * the user, with `tag`. `own`: credentials of this request in place of the configured ones. Resolves when the request is on its way or has failed.
   */
  request(
    tag: Tag,
    branch: string,
    request: OutgoingSipRequest,
    challenges: readonly Challenge[],
    own?: Credentials,
  ): Promise<boolean> {
    const { method } = request;
    const key = clientTransactionKey(branch, method);
    if (method !== 'ACK' && (this.#starting.has(key) || this.#parts.clients.knows(key))) return NOT_SENT;
    const full = this.#complete(request, branch, challenges, own);
    if (full === undefined) {
      this.#parts.user.failed(tag, branch, request.callId, method, 'no-credentials');
      return SENT;
    }
    if (method === 'CANCEL' && this.#cancelled(tag, branch, full)) return SENT;
    const routed = this.#route(full, branch);
    if (routed instanceof Promise) {
      this.#starting.add(key);
      return routed
        .then((found) => this.#begin(tag, branch, full, found))
        .finally(() => this.#starting.delete(key))
        .then(() => true);
    }
    this.#begin(tag, branch, full, routed);
    return SENT;
  }

  #begin(tag: Tag, branch: string, request: OutgoingSipRequest, routed: Routed | undefined): void {
    const { callId, method } = request;
    if (routed !== undefined) this.#start(tag, branch, request, routed);
    else if (method !== 'ACK') this.#parts.user.failed(tag, branch, callId, method, 'unresolvable');
  }

  /**
   * Sends a request whose server failed to the next one, on a branch of its own (RFC 3263 §4.3). False when there is
   * none left.
   * @param response the 503 that says so; absent: no answer, or no way there.
   */
  elsewhere(failed: ClientRequest<Tag>, response?: SipResponse): boolean {
    const { tag, asked, request, branch } = failed;
    const { method } = request;
    this.#failing.note(failed.path.hop, response && retryAfterMs(response));
    const [hop, ...others] = failed.others;
    if (hop === undefined || method === 'CANCEL') return false;
    const next = `${asked}.${Number(branch.slice(asked.length + 1)) + 1}`;
    const routed = this.#written(request, next, hop, hop.protocol, others);
    const large = this.#overTcp(request, routed);
    if (large === undefined) {
      this.#start(tag, asked, request, routed);
      return true;
    }
    if (method === 'INVITE') this.#moving.add(asked);
    void large.then((found) => {
      const isGivenUp = method === 'INVITE' && !this.#moving.delete(asked);
      if (!isGivenUp) this.#start(tag, asked, request, found);
    });
    return true;
  }

  /**
   * Cancels the INVITE of this branch: on its way between servers it reaches none any more; else the CANCEL goes the way
   * of the INVITE, once that was heard of (RFC 3261 §9.1). False when no such INVITE is under way here.
   */
  #cancelled(tag: Tag, branch: string, cancel: OutgoingSipRequest): boolean {
    const { clients, user } = this.#parts;
    if (this.#moving.delete(branch)) {
      user.failed(tag, branch, cancel.callId, 'INVITE', 'transport');
      return true;
    }
    const { via: _, ...own } = cancel;
    return clients.giveUp(branch, ({ branch: sent, path: { hop } }) =>
      this.#start(tag, branch, own, this.#written(own, sent, hop, hop.protocol, [])),
    );
  }

  /**
   * Sends a response in the transaction of its top Via; without one (another process had it) by that Via alone.
   * A 2xx to INVITE is repeated until its ACK. False when the Via leads nowhere.
   */
  response(tag: Tag, response: OutgoingSipResponse): boolean {
    const { servers, own, send } = this.#parts;
    const transaction = servers.find(response);
    if (transaction === 'over') return true;
    const path = transaction?.path ?? this.#pathOf(response.vias[0] ?? '');
    if (path === undefined) return false;
    const contact = response.contact && own.contact(response.contact, path.hop.protocol);
    const bytes = serializeResponse(response, contact);
    const { status, cseq } = response;
    if (transaction === undefined) send(bytes, path);
    else if (!transaction.respond(status, bytes)) return true;
    if (cseq.method === 'INVITE' && status >= 200 && status < 300) this.#repeat(tag, response, bytes, path);
    return true;
  }

  #repeat(tag: Tag, { callId, to, cseq }: OutgoingSipResponse, bytes: Uint8Array, path: Path): void {
    const { accepted, meter, send, user } = this.#parts;
    const localTag = to.params.tag ?? '';
    const again = (): void => {
      meter.retransmitted('INVITE');
      send(bytes, path);
    };
    accepted.repeat(acceptedKey(callId, localTag, cseq.number), again, () =>
      user.ackTimedOut(tag, callId, localTag, cseq.number),
    );
  }

  #pathOf(topVia: string): Path | undefined {
    const via = parseVia(topVia);
    return via === undefined ? undefined : pathOfVia(via);
  }

  /** With credentials, when challenged; undefined when no challenge can be answered. */
  #complete(
    request: OutgoingSipRequest,
    branch: string,
    challenges: readonly Challenge[],
    own: Credentials | undefined,
  ): OutgoingSipRequest | undefined {
    const { method, callId, cseq, headers } = request;
    if (method !== 'ACK' && challenges.length === 0) return request;
    const invite = `${callId}|${cseq}`;
    if (method === 'ACK') {
      const known = this.#credentials.get(invite);
      return known === undefined ? request : { ...request, headers: { ...headers, ...known } };
    }
    const answers = this.#parts.digest.answer(request, branch, challenges, own);
    if (answers.length === 0) return undefined;
    const credentials: SipHeaders = {};
    for (const { header, value } of answers) credentials[header] = [...(credentials[header] ?? []), value];
    if (method === 'INVITE') this.#credentials.set(invite, credentials);
    return { ...request, headers: { ...headers, ...credentials } };
  }

  /** At once, not by a promise, when the target is numeric and the request short. */
  #route(request: OutgoingSipRequest, branch: string): Routed | undefined | Promise<Routed | undefined> {
    const found = this.#parts.hops.of(request, branch);
    return found instanceof Promise
      ? found.then((hops) => this.#routedBy(request, branch, hops))
      : this.#routedBy(request, branch, found);
  }

  #routedBy(
    request: OutgoingSipRequest,
    branch: string,
    found: readonly Hop[],
  ): Routed | undefined | Promise<Routed> {
    const hops = this.#inOrder(found);
    const hop = hops[0];
    if (hop === undefined) return undefined;
    const others = hops.length === 1 ? NO_HOPS : hops.slice(1);
    const routed = this.#written(request, branch, hop, hop.protocol, others);
    return this.#overTcp(request, routed) ?? routed;
  }

  /** Those that failed lately last, and none that the sockets cannot send to. */
  #inOrder(hops: readonly Hop[]): readonly Hop[] {
    if (hops.length < 2) return hops;
    const usable = hops.filter((hop) => this.#parts.flows.carries(hop));
    return this.#failing.last(usable.length > 0 ? usable : hops).slice(0, SERVERS_MAX);
  }

  /** The same over TCP if it is too long for UDP and the server takes TCP; undefined when it is short. */
  #overTcp(request: OutgoingSipRequest, routed: Routed): Promise<Routed> | undefined {
    const { hop, branch, bytes, others } = routed;
    if (hop.protocol !== 'udp' || bytes.length <= LARGE_BYTES) return undefined;
    const tcp: Hop = { ...hop, protocol: 'tcp' };
    return this.#takesTcp(tcp).then((takes) =>
      takes ? this.#written(request, branch, tcp, hop.protocol, others) : routed,
    );
  }

  /** §18.1.1: if TCP is refused, the request SHOULD be tried over UDP after all. */
  async #takesTcp(hop: Hop): Promise<boolean> {
    const key = `${hop.address} ${hop.port}`;
    if (this.#withoutTcp.has(key)) return false;
    const reached = await this.#parts.flows.reaches(hop);
    if (!reached) this.#withoutTcp.set(key, true);
    return reached;
  }

  #written(
    request: OutgoingSipRequest,
    branch: string,
    hop: Hop,
    asked: Protocol,
    others: readonly Hop[],
  ): Routed {
    const { own, userAgent } = this.#parts;
    const via = request.via ?? own.via(hop.protocol, branch);
    const contact = request.contact && own.contact(request.contact, asked);
    const bytes = serializeRequest(request, { via, contact, userAgent });
    return { hop, branch, bytes, via, others };
  }

  #start(tag: Tag, asked: string, request: OutgoingSipRequest, routed: Routed): void {
    const { acks, clients, peers, send } = this.#parts;
    const { hop, branch, bytes, via, others } = routed;
    const { method, callId, cseq, to } = request;
    const path: Path = { hop };
    peers.expectAnswer(hop.address);
    if (method === 'ACK') {
      acks.remember(callId, to.params.tag ?? '', cseq, { bytes, path });
      send(bytes, path);
      return;
    }
    clients.start({ tag, request, branch, asked, via, bytes, path, others });
  }
}
