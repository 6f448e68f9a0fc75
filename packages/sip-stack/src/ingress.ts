/**
 * From bytes to the user: who sent it, is it a repetition, is it well formed, may it start a transaction.
 */
import type { SipRequest, SipResponse, SipSource } from '@stoxgate/contracts';
import {
  type ParseFault,
  parseSipMessage,
  parseVia,
  type SipLimits,
  serializeFault,
  serializeResponse,
  type Via,
  viaAsReceived,
} from '@stoxgate/wire-sip';
import { type AcceptedResponses, acceptedKey } from './accepted-responses.ts';
import { ackElsewhere } from './ack-elsewhere.ts';
import type { ClientTransactions } from './client-transactions.ts';
import type { Hop, Path } from './hop.ts';
import { type GuardPolicy, type Refusal, refusalOf } from './ingress-guard.ts';
import { cameBack } from './loop.ts';
import type { OwnAddress } from './own-address.ts';
import { responsePath } from './response-path.ts';
import type { SentAcks } from './sent-acks.ts';
import type { ServerTransaction } from './server-transaction.ts';
import type { ServerTransactions } from './server-transactions.ts';
import type { SourceFilter } from './source-filter.ts';
import type { SipStackMeter, SipStackUser } from './stack-user.ts';
import { responseTo, statelessTag } from './stateless-reply.ts';
import { mergeKey, peekKey, serverTransactionKey } from './transaction-key.ts';

export interface IngressParts<Tag> {
  readonly servers: ServerTransactions;
  readonly clients: ClientTransactions<Tag>;
  readonly accepted: AcceptedResponses;
  readonly acks: SentAcks;
  readonly peers: SourceFilter;
  readonly own: OwnAddress;
  readonly user: SipStackUser<Tag>;
  readonly meter: SipStackMeter;
  readonly send: (bytes: Uint8Array, path: Path) => void;
}

export interface IngressOptions {
  readonly policy: GuardPolicy;
  readonly limits: SipLimits;
  readonly strangers: 'drop' | '403';
  /** Transactions without a final response, both directions, before new requests are refused. */
  readonly maxTransactions: number;
}

const RETRY_AFTER_SECONDS = '5';
/**
 * Finished transactions wait 32 s for repetitions, and are forgotten together, up to 11 s later; so many more of them may be
 * held. Of 50,000 that makes 18,750 new ones a second, for as long as they come.
 */
const FINISHED_PER_UNANSWERED = 16;

const sourceOf = ({ protocol, address, port }: Hop): SipSource => ({ protocol, address, port });

export class Ingress<Tag> {
  readonly #parts: IngressParts<Tag>;
  readonly #options: IngressOptions;

  constructor(parts: IngressParts<Tag>, options: IngressOptions) {
    this.#parts = parts;
    this.#options = options;
  }

  /** Handles one datagram, or one message cut out of a stream. */
  message(bytes: Buffer, from: Hop): void {
    const { servers, meter } = this.#parts;
    if (!this.#isPeer(from) && !this.#isAwaited(bytes, from)) {
      this.#stranger(bytes, from);
      return;
    }
    const peeked = from.protocol === 'udp' ? peekKey(bytes) : undefined;
    if (peeked !== undefined && servers.absorb(peeked.method, peeked.key)) {
      meter.messageReceived(from.protocol, peeked.method, undefined);
      return;
    }
    const parsed = parseSipMessage(bytes, this.#options.limits);
    if (!parsed.ok) {
      this.#malformed(parsed.fault, from);
    } else if (parsed.kind === 'response') {
      meter.messageReceived(from.protocol, parsed.message.cseq.method, parsed.message.status);
      this.#response(parsed.message, parsed.topVia, from);
    } else {
      meter.messageReceived(from.protocol, parsed.message.method, undefined);
      this.#request(parsed.message, parsed.topVia, from, peeked?.key);
    }
  }

  /** The answer to a stream that cannot be read further, when one is owed. */
  streamFault(fault: ParseFault, from: Hop): Uint8Array | undefined {
    if (!this.#isPeer(from)) return undefined;
    this.#parts.meter.dropped('malformed', from.address);
    return this.#faultAnswer(fault, from)?.bytes;
  }

  #isPeer(from: Hop): boolean {
    return from.isTrusted === true || this.#parts.peers.allows(from.address);
  }

  /** A response from where a request of ours went, which a name or a Contact may have led anywhere. */
  #isAwaited(bytes: Buffer, from: Hop): boolean {
    return this.#parts.peers.mayAnswer(from.address) && bytes.toString('latin1', 0, 4) === 'SIP/';
  }

  #stranger(bytes: Buffer, from: Hop): void {
    this.#parts.meter.dropped('stranger', from.address);
    if (this.#options.strangers === 'drop') return;
    const parsed = parseSipMessage(bytes, this.#options.limits);
    if (!parsed.ok || parsed.kind !== 'request' || parsed.message.method === 'ACK') return;
    const { message, topVia } = parsed;
    message.vias[0] = viaAsReceived(topVia, from.address, from.port);
    this.#refuse(message, topVia, from, topVia.branch ?? message.callId, { status: 403 });
  }

  #malformed(fault: ParseFault, from: Hop): void {
    if (fault.cause === 'keep-alive') return;
    const answer = this.#faultAnswer(fault, from);
    if (answer === undefined) {
      this.#parts.meter.dropped('malformed', from.address);
    } else {
      this.#parts.meter.rejected(answer.status);
      this.#parts.send(answer.bytes, answer.path);
    }
  }

  #faultAnswer(fault: ParseFault, from: Hop) {
    const via = parseVia(fault.answerable?.vias[0] ?? '');
    if (via === undefined || fault.status === undefined) return undefined;
    const toTag = statelessTag(`${via.branch}|${fault.answerable?.callId}`);
    const bytes = serializeFault(fault, { topVia: viaAsReceived(via, from.address, from.port), toTag });
    return bytes === undefined ? undefined : { bytes, path: responsePath(via, from), status: fault.status };
  }

  #response(response: SipResponse, topVia: Via, from: Hop): void {
    const { acks, clients, meter, send, user } = this.#parts;
    const { status, cseq, callId, to } = response;
    if (status >= 200 && status < 300 && cseq.method === 'INVITE') {
      const ack = acks.find(callId, to.params.tag ?? '', cseq.number);
      if (ack !== undefined) {
        meter.retransmitted('ACK');
        send(ack.bytes, ack.path);
        return;
      }
    }
    // RFC 3261 §8.1.3.3: more than one Via means that the response is not for us.
    const branch = response.vias.length === 1 ? topVia.branch : undefined;
    if (branch !== undefined && clients.receive(branch, response)) return;
    meter.dropped('unmatched-response', '');
    if (branch === undefined || cseq.method !== 'INVITE') return;
    // A 2xx is acknowledged by its call.
    if (status >= 300) send(ackElsewhere(response, topVia), { hop: from });
    user.respondedElsewhere(branch, response);
  }

  #request(request: SipRequest, topVia: Via, from: Hop, peekedKey: string | undefined): void {
    const { servers } = this.#parts;
    const key = peekedKey ?? serverTransactionKey(request, topVia);
    request.vias[0] = viaAsReceived(topVia, from.address, from.port);
    if (request.method === 'ACK') {
      this.#ack(request, key, from);
    } else if (peekedKey !== undefined || !servers.absorb(request.method, key)) {
      const merge = mergeKey(request);
      const kind = servers.recall(key, merge);
      if (kind === 'repetition') return;
      const refusal = this.#refusal(request, kind === 'merged');
      if (refusal === undefined) this.#serve(request, topVia, from, key, merge);
      else this.#refuse(request, topVia, from, key, refusal);
    }
  }

  #serve(request: SipRequest, topVia: Via, from: Hop, key: string, merge: string | undefined): void {
    const { accepted, servers, user } = this.#parts;
    const transaction = servers.open(request.method, key, merge, responsePath(topVia, from));
    if (request.method === 'INVITE') this.#trying(request, transaction);
    const localTag = request.to.params.tag;
    if (request.method === 'BYE' && localTag !== undefined) accepted.dialogEnded(request.callId, localTag);
    user.received(request, sourceOf(from), key);
  }

  /** Tells the caller at once that the INVITE is here: its Timer A ends (RFC 3261 §17.2.1). */
  #trying(request: SipRequest, transaction: ServerTransaction): void {
    const { timestamp } = request.headers;
    const response = responseTo(request, { status: 100, ...(timestamp && { headers: { timestamp } }) });
    transaction.respond(100, serializeResponse(response));
  }

  #ack(request: SipRequest, key: string, from: Hop): void {
    const { accepted, meter, servers, user } = this.#parts;
    if (servers.absorb('ACK', key)) return;
    const localTag = request.to.params.tag;
    const name = acceptedKey(request.callId, localTag ?? '', request.cseq.number);
    if (localTag === undefined || (!accepted.waitsFor(name) && localTag === statelessTag(key))) {
      meter.dropped('stray-ack', from.address);
    } else if (accepted.acknowledge(name)) {
      user.received(request, sourceOf(from), key);
    }
  }

  #refusal(request: SipRequest, isMerged: boolean): Refusal | undefined {
    const { user } = this.#parts;
    const refusal = refusalOf(request, this.#options.policy);
    if (refusal !== undefined) return refusal;
    const inDialog = request.to.params.tag !== undefined;
    if (isMerged || (!inDialog && this.#isLoop(request))) return { status: 482 };
    const overload = this.#overload(request.method, inDialog);
    return overload ?? user.admit(request);
  }

  /** Our own request, for somebody else than a user of ours: what is for one has arrived, which is legal (a hairpin). */
  #isLoop(request: SipRequest): boolean {
    return cameBack(request, this.#parts.own) && !this.#parts.user.serves(request);
  }

  #overload(method: string, inDialog: boolean): Refusal | undefined {
    const { clients, servers } = this.#parts;
    const { maxTransactions } = this.#options;
    // What ends calls frees more than it takes, so it has a reserve.
    const share = method === 'BYE' || method === 'CANCEL' ? 2 : 1;
    const isFull =
      servers.unanswered + clients.unanswered >= maxTransactions * share ||
      servers.size + clients.size >= maxTransactions * FINISHED_PER_UNANSWERED * share;
    if (!isFull) return undefined;
    return { status: inDialog ? 500 : 503, headers: { 'retry-after': [RETRY_AFTER_SECONDS] } };
  }

  #refuse(request: SipRequest, topVia: Via, from: Hop, key: string, refusal: Refusal): void {
    if (refusal.status >= 300) this.#parts.meter.rejected(refusal.status);
    const response = responseTo(request, refusal, statelessTag(key));
    this.#parts.send(serializeResponse(response), responsePath(topVia, from));
  }
}
