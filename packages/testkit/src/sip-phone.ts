/**
 * A scripted SIP user agent on loopback: the peer of end-to-end tests and benches. It does what the script says and, by
 * itself, only what every user agent must: ACK to a failed INVITE, the same answer to a repeated request.
 */
import { randomBytes } from 'node:crypto';
import type { NameAddr, OutgoingSipRequest, OutgoingSipResponse, SipRequest } from '@stoxgate/contracts';
import {
  formatVia,
  parseSipMessage,
  serializeRequest,
  serializeResponse,
  type Via,
  viaAsReceived,
} from '@stoxgate/wire-sip';
import { DeadlineQueue } from './deadline-queue.ts';
import { rememberUpTo } from './remember-up-to.ts';
import { type CallHost, PhoneCall } from './sip-phone-call.ts';
import { bodyOf, type PhoneDialog, type SendOptions } from './sip-phone-dialog.ts';
import { PhoneLog, type PhoneLogEntry, summaryOf } from './sip-phone-log.ts';
import { type OpenTransport, withLoss } from './sip-phone-loss.ts';
import { PhoneRequest } from './sip-phone-request.ts';
import { type ServerTransaction, ServerTransactions } from './sip-phone-server.ts';
import { PhoneSubscription, type SubscribeOptions, subscribeHeaders } from './sip-phone-subscription.ts';
import { SentRequest } from './sip-phone-transaction.ts';
import {
  type Endpoint,
  LOOPBACK,
  openTcp,
  openUdp,
  type PhoneFlow,
  type PhoneTls,
  type PhoneTransport,
} from './sip-phone-transport.ts';

export interface SipPhoneOptions {
  readonly transport?: 'udp' | 'tcp' | 'tls';
  /** Needed for TLS. */
  readonly tls?: PhoneTls;
  /** Its address, with UDP alone; that of the loopback by default. */
  readonly host?: string;
  /** Where it listens; an ephemeral port by default. */
  readonly port?: number;
  /** User part of its Contact; `phone` by default. */
  readonly user?: string;
  /** Its Contact names it as an instance of its address, as a GRUU does (RFC 5627). */
  readonly gr?: string;
  /** Where requests outside a dialog go: the gateway. */
  readonly target: Endpoint;
  /** Called with each new request; true means it was taken and no `nextRequest` shall see it. */
  readonly onRequest?: (request: PhoneRequest) => boolean;
  /**
   * T1: repeat requests until they are answered, final answers until the ACK and reliable provisional ones until the
   * PRACK, as over lossy UDP, first after this time (500 in RFC 3261). Absent: nothing is repeated.
   */
  readonly retransmitAfterMs?: number;
  /** How much of what it sends and receives by UDP is lost; the same datagrams in each run. */
  readonly lossPercent?: number;
  /** Deadline of every wait that names none; 5 s by default. */
  readonly timeoutMs?: number;
  /** False: no log; for load. */
  readonly keepLog?: boolean;
}

/** Addresses are URIs (`sip:a@b`) or whole ones. */
export interface OutOfDialogOptions extends SendOptions {
  readonly to: string | NameAddr;
  readonly from: string | NameAddr;
  /** The address of `to` by default. */
  readonly requestUri?: string;
  readonly callId?: string;
}

const DEFAULT_TIMEOUT_MS = 5_000;
const WITH_CONTACT = new Set(['INVITE', 'UPDATE', 'SUBSCRIBE', 'NOTIFY', 'REFER', 'REGISTER']);

const token = (bytes: number): string => randomBytes(bytes).toString('hex');

const addressOf = (address: string | NameAddr): NameAddr =>
  typeof address === 'string' ? { uri: address, params: {} } : address;

export class SipPhone implements AsyncDisposable {
  readonly host: string;
  readonly #options: SipPhoneOptions;
  readonly #log: PhoneLog;
  readonly #sent = new Map<string, SentRequest>();
  readonly #served: ServerTransactions;
  readonly #transactions = new WeakMap<PhoneRequest, ServerTransaction>();
  readonly #dialogs = new Map<string, PhoneDialog>();
  readonly #requests = new DeadlineQueue<PhoneRequest>();
  readonly #callHost: CallHost;
  #transport: PhoneTransport | undefined;
  #isStopped = false;

  constructor(options: SipPhoneOptions) {
    this.#options = options;
    this.host = options.host ?? LOOPBACK;
    this.#log = new PhoneLog(options.keepLog ?? true);
    this.#served = new ServerTransactions(({ flow }, bytes) => {
      this.#log.sent(bytes, flow.source);
      flow.send(bytes);
    }, options.retransmitAfterMs);
    this.#callHost = {
      send: (request, to) => this.#send(request, to),
      sendAck: (request, to) => this.#transmit(request, `z9hG4bK${token(8)}`, to),
      respond: (request, response) => this.#respond(request, response),
      dialogOf: (request) => this.#dialogs.get(`${request.callId} ${request.to.params.tag}`),
      addDialog: (dialog) =>
        rememberUpTo(this.#dialogs, `${dialog.callId} ${dialog.local.params.tag}`, dialog),
      nextRequest: (method, timeoutMs, callId) => this.#next(method, timeoutMs, callId),
      cancel: (invite) => this.#cancel(invite),
    };
  }

  /** Opens the socket. */
  async start(): Promise<void> {
    const { lossPercent = 0, transport = 'udp', port = 0, tls } = this.#options;
    const receive = (bytes: Uint8Array, flow: PhoneFlow): void => this.#receive(bytes, flow);
    const onError = (error: Error): void => void this.#log.errors.push(error);
    if (transport === 'udp') {
      const udp: OpenTransport = (...given) => openUdp(...given, this.host);
      const open = lossPercent > 0 ? withLoss(udp, lossPercent) : udp;
      this.#transport = await open(receive, onError, port);
      return;
    }
    if (transport === 'tls' && tls === undefined) throw new Error('a phone over TLS needs certificates');
    this.#transport = await openTcp(receive, onError, port, transport === 'tls' ? tls : undefined);
  }

  get port(): number {
    return this.#transport?.port ?? 0;
  }

  /** Every message sent and received, in order; empty with `keepLog: false`. */
  get log(): readonly PhoneLogEntry[] {
    return this.#log.entries;
  }

  /** Starts a call; without `sdp` or `body` the INVITE has no offer. */
  invite(options: OutOfDialogOptions): PhoneCall {
    return new PhoneCall(this.#callHost, this.request('INVITE', options));
  }

  /** Sends a text in a MESSAGE outside any dialog (RFC 3428). */
  message(
    to: string | NameAddr,
    from: string | NameAddr,
    text: string,
    options: SendOptions = {},
  ): SentRequest {
    return this.request('MESSAGE', { ...options, to, from, body: text });
  }

  /** Subscribes to `to` (RFC 6665). */
  subscribe(
    to: string | NameAddr,
    from: string | NameAddr,
    options: SubscribeOptions & Pick<OutOfDialogOptions, 'requestUri' | 'callId'> = {},
  ): PhoneSubscription {
    const sent = this.request('SUBSCRIBE', { ...options, to, from, headers: subscribeHeaders(options) });
    return new PhoneSubscription(this.#callHost, sent, options);
  }

  /** Sends any request outside a dialog. */
  request(method: string, options: OutOfDialogOptions): SentRequest {
    const to = addressOf(options.to);
    const from = addressOf(options.from);
    return this.#send({
      method,
      requestUri: options.requestUri ?? to.uri,
      routes: [],
      from: { ...from, params: { tag: token(6), ...from.params } },
      to,
      callId: options.callId ?? token(12),
      cseq: 1,
      maxForwards: 70,
      headers: options.headers ?? {},
      body: bodyOf(options, method),
    });
  }

  /** Takes the next request with `method`, come or still to come; of one call when `callId` is given. */
  nextRequest(method: string, timeoutMs?: number, callId?: string): Promise<PhoneRequest> {
    return this.#next(method, timeoutMs, callId);
  }

  /** Closes the sockets. Idempotent. */
  async stop(): Promise<void> {
    for (const sent of this.#sent.values()) sent.stopRepeating();
    this.#served.close();
    if (this.#isStopped) return;
    this.#isStopped = true;
    await this.#transport?.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  #next(method: string, timeoutMs = this.#timeoutMs, callId?: string): Promise<PhoneRequest> {
    const wanted = callId === undefined ? method : `${method} of call ${callId}`;
    return this.#requests.take(
      ({ request }) => request.method === method && (callId === undefined || request.callId === callId),
      timeoutMs,
      (reason) => `no ${wanted} ${reason}; seen:${this.#log.describe()}`,
    );
  }

  get #timeoutMs(): number {
    return this.#options.timeoutMs ?? DEFAULT_TIMEOUT_MS;
  }

  get #contact(): string {
    const { transport: name = 'udp', user = 'phone', gr } = this.#options;
    const transport = name === 'udp' ? '' : `;transport=${name}`;
    return `<sip:${user}@${this.host}:${this.port}${transport}${gr === undefined ? '' : `;gr=${gr}`}>`;
  }

  #transmit(request: OutgoingSipRequest, branch: string, to: Endpoint = this.#options.target): void {
    const transport = (this.#options.transport ?? 'udp').toUpperCase();
    const via: Via = { transport, host: this.host, port: this.port, branch, rport: true, params: {} };
    const contact = WITH_CONTACT.has(request.method) ? this.#contact : undefined;
    const bytes = serializeRequest(request, {
      via: formatVia(via),
      ...(contact !== undefined && { contact }),
    });
    this.#log.sent(bytes, to);
    if (!this.#isStopped) this.#transport?.send(bytes, to);
  }

  #send(request: OutgoingSipRequest, to?: Endpoint, branch = `z9hG4bK${token(8)}`): SentRequest {
    const sent = new SentRequest(request, branch, {
      timeoutMs: this.#timeoutMs,
      describe: () => this.#log.describe(),
      transmit: () => this.#transmit(request, branch, to),
    });
    rememberUpTo(this.#sent, `${branch} ${request.method}`, sent);
    if (request.method === 'INVITE') this.#acknowledgeFailures(sent, to);
    this.#transmit(request, branch, to);
    if (this.#options.retransmitAfterMs !== undefined) sent.repeat(this.#options.retransmitAfterMs);
    return sent;
  }

  /** RFC 3261 §17.1.1.3: the transaction itself acknowledges 300–699, on the branch of the INVITE. */
  #acknowledgeFailures(sent: SentRequest, to: Endpoint | undefined): void {
    const { request, branch } = sent;
    sent.onResponse((response) => {
      if (response.status < 300) return;
      const ack = { ...request, method: 'ACK', to: response.to, headers: {}, body: undefined };
      this.#transmit(ack, branch, to);
    });
  }

  #cancel(invite: SentRequest): SentRequest {
    const request = { ...invite.request, method: 'CANCEL', headers: {}, body: undefined };
    return this.#send(request, undefined, invite.branch);
  }

  #receive(bytes: Uint8Array, flow: PhoneFlow): void {
    const result = parseSipMessage(bytes);
    this.#log.received(result.ok ? result.message : result.fault.phrase, flow.source);
    if (!result.ok) return;
    if (result.kind === 'request') this.#receiveRequest(result.message, result.topVia, flow);
    else this.#sent.get(`${result.topVia.branch} ${result.message.cseq.method}`)?.receive(result.message);
  }

  #receiveRequest(request: SipRequest, topVia: Via, flow: PhoneFlow): void {
    const transaction = this.#served.accept(request, topVia, flow);
    if (transaction === undefined) return;
    const [, ...otherVias] = request.vias;
    const vias = [viaAsReceived(topVia, flow.source.host, flow.source.port), ...otherVias];
    const incoming = new PhoneRequest(this.#callHost, { ...request, vias }, token(6));
    this.#transactions.set(incoming, transaction);
    if (this.#options.onRequest?.(incoming) !== true) this.#requests.put(incoming);
  }

  #respond(request: PhoneRequest, response: OutgoingSipResponse): void {
    const transaction = this.#transactions.get(request);
    if (transaction === undefined) throw new Error(`${summaryOf(request.request)} came to another phone`);
    const { status, cseq } = response;
    const hasContact = status > 100 && status < 300 && WITH_CONTACT.has(cseq.method);
    this.#served.respond(
      transaction,
      response,
      serializeResponse(response, hasContact ? this.#contact : undefined),
    );
  }
}

/** Starts a phone. Rejects when the port is taken. */
export async function startSipPhone(options: SipPhoneOptions): Promise<SipPhone> {
  const phone = new SipPhone(options);
  await phone.start();
  return phone;
}
