/**
 * The SIP stack: flows, transactions and guards, without dialogs. Its user decides what requests mean and is given
 * what peers answer.
 */
import type { OutgoingSipRequest, OutgoingSipResponse } from '@stoxgate/contracts';
import { DEFAULT_SIP_LIMITS } from '@stoxgate/wire-sip';
import { AcceptedResponses } from './accepted-responses.ts';
import { ClientTransactions } from './client-transactions.ts';
import { type Challenge, type Credentials, DigestClient } from './digest.ts';
import { type Dns, DnsRecords } from './dns-records.ts';
import { Egress } from './egress.ts';
import { Flows, type TlsListener } from './flows.ts';
import type { Path } from './hop.ts';
import { Ingress } from './ingress.ts';
import { type GuardPolicy, KNOWN_METHODS } from './ingress-guard.ts';
import { NextHops, type ProxyAddress } from './next-hop.ts';
import { OwnAddress } from './own-address.ts';
import { SentAcks } from './sent-acks.ts';
import { ServerTransactions } from './server-transactions.ts';
import { SourceFilter } from './source-filter.ts';
import type { SipStackMeter, SipStackUser } from './stack-user.ts';
import type { StreamLimits } from './stream-flow.ts';
import type { TlsIdentity } from './tls-opener.ts';

export interface SipStackOptions {
  readonly listenHost: string;
  /** 0: any port that is free for UDP and TCP. */
  readonly listenPort: number;
  /** Absent: no TLS in either direction. */
  readonly tls?: TlsListener;
  /** Host that we write into Via and Contact. */
  readonly localHost: string;
  readonly proxy?: ProxyAddress;
  /** Addresses, CIDR blocks and `tls:NAME` that may send us anything; empty: the proxy's addresses. */
  readonly peers: readonly string[];
  readonly strangers: 'drop' | '403';
  readonly credentials: readonly Credentials[];
  readonly policy: GuardPolicy;
  readonly maxMessageBytes: number;
  readonly maxTransactions: number;
  readonly streamLimits?: Partial<StreamLimits>;
  readonly userAgent: string;
  /** Takes the place of the system's resolver, for tests. */
  readonly dns?: Partial<Dns>;
}

const PEER_REFRESH_MS = 30_000;

interface Tables<Tag> {
  readonly servers: ServerTransactions;
  readonly clients: ClientTransactions<Tag>;
  readonly accepted: AcceptedResponses;
  readonly acks: SentAcks;
}

export class SipStack<Tag> {
  readonly #flows: Flows;
  readonly #tables: Tables<Tag>;
  readonly #egress: Egress<Tag>;
  readonly #refresh: NodeJS.Timeout | undefined;

  private constructor(
    flows: Flows,
    tables: Tables<Tag>,
    egress: Egress<Tag>,
    refresh: NodeJS.Timeout | undefined,
  ) {
    this.#flows = flows;
    this.#tables = tables;
    this.#egress = egress;
    this.#refresh = refresh;
  }

  /** Listens on UDP, TCP and TLS. Rejects when an address cannot be bound or a certificate does not fit its key. */
  static async listen<Tag>(
    options: SipStackOptions,
    user: SipStackUser<Tag>,
    meter: SipStackMeter,
  ): Promise<SipStack<Tag>> {
    const supports = (protocol: string): boolean => protocol !== 'tls' || options.tls !== undefined;
    const hops = new NextHops(options.proxy, new DnsRecords(options.dns), supports);
    const peers = new SourceFilter(options.peers);
    const refresh = await followProxy(options, hops, peers);
    const limits = { ...DEFAULT_SIP_LIMITS, maxBytes: options.maxMessageBytes };
    let ingress: Ingress<Tag> | undefined;
    const flows = await Flows.open(
      {
        host: options.listenHost,
        port: options.listenPort,
        sipLimits: limits,
        ...(options.tls && { tls: options.tls }),
        ...(options.streamLimits && { streamLimits: options.streamLimits }),
      },
      {
        admits: (address, protocol) =>
          options.strangers === '403' || peers.allows(address) || (protocol === 'tls' && peers.hasNames),
        accepts: ({ address, isTrusted }) =>
          options.strangers === '403' || isTrusted === true || peers.allows(address),
        trusts: (names) => peers.allowsNamed(names),
        message: (bytes, from) => {
          try {
            ingress?.message(bytes, from);
          } catch (cause) {
            // A fault of ours: the other transactions must live on.
            meter.fault(cause);
          }
        },
        streamFault: (fault, from) => ingress?.streamFault(fault, from),
        flowFault: (cause) => meter.fault(cause),
      },
    ).catch((cause: unknown) => {
      clearInterval(refresh);
      throw cause;
    });
    const send = (bytes: Uint8Array, path: Path, failed?: (cause: unknown) => void): void => {
      count(meter, bytes, path);
      flows.post(bytes, path, failed);
    };
    const post = (bytes: Uint8Array, path: Path): void => {
      count(meter, bytes, path);
      if (path.sentBy === undefined) flows.post(bytes, path);
      else flows.send(bytes, path).catch(() => sendToSentBy(bytes, path, flows, hops));
    };
    const own = new OwnAddress(options.localHost, flows.portOf('udp') ?? 0, flows.portOf('tls'));
    let egress: Egress<Tag> | undefined;
    const retransmitted = (method: string): void => meter.retransmitted(method);
    const tables: Tables<Tag> = {
      servers: new ServerTransactions({ send: post, retransmitted }),
      clients: new ClientTransactions<Tag>({
        send,
        retransmitted,
        goesElsewhere: (request, response) => egress?.elsewhere(request, response) ?? false,
        responded: ({ tag, asked }, response) => user.responded(tag, asked, response),
        failed: ({ tag, asked, request }, cause) =>
          user.failed(tag, asked, request.callId, request.method, cause),
      }),
      accepted: new AcceptedResponses(),
      acks: new SentAcks(),
    };
    const shared = { ...tables, own, user, meter, peers, send: post };
    ingress = new Ingress(shared, { ...options, limits });
    const digest = new DigestClient(options.credentials);
    egress = new Egress({ ...shared, hops, digest, flows, userAgent: options.userAgent });
    return new SipStack(flows, tables, egress, refresh);
  }

  /** UDP and TCP. */
  get port(): number {
    return this.#flows.portOf('udp') ?? 0;
  }

  get tlsPort(): number | undefined {
    return this.#flows.portOf('tls');
  }

  /** Another certificate of ours, for the connections to come. @throws when it does not fit its key. */
  renewIdentity(identity: TlsIdentity): void {
    this.#flows.renewIdentity(identity);
  }

  /** Whether datagrams have come faster than they were taken since the last call. Connections hold their peers up by themselves. */
  takeCrowded(): boolean {
    return this.#flows.takeCrowded();
  }

  /** Open TCP and TLS connections. */
  get connections(): number {
    return this.#flows.connections;
  }

  /** Transactions held, finished ones that wait for repetitions included. */
  get transactions(): number {
    return this.#tables.servers.size + this.#tables.clients.size;
  }

  /** What is under way: requests without a final response, 2xx without an ACK. */
  get unfinished(): number {
    const { servers, clients, accepted } = this.#tables;
    return servers.unanswered + clients.unanswered + accepted.size;
  }

  /** Sends a request; see `Egress.request`. */
  request(
    tag: Tag,
    branch: string,
    request: OutgoingSipRequest,
    challenges: readonly Challenge[] = [],
    own?: Credentials,
  ): Promise<boolean> {
    return this.#egress.request(tag, branch, request, challenges, own);
  }

  /** Sends a response; see `Egress.response`. */
  respond(tag: Tag, response: OutgoingSipResponse): boolean {
    return this.#egress.response(tag, response);
  }

  /** Frees sockets and timers. Idempotent calls are the caller's care. */
  async close(): Promise<void> {
    clearInterval(this.#refresh);
    const { servers, clients, accepted, acks } = this.#tables;
    servers.close();
    clients.close();
    accepted.close();
    acks.clear();
    await this.#flows.close();
  }
}

/** Lets the proxy's addresses in where no peers are listed, and follows them when its name moves. */
async function followProxy(
  { peers: listed, proxy }: SipStackOptions,
  hops: NextHops,
  peers: SourceFilter,
): Promise<NodeJS.Timeout | undefined> {
  if (listed.length > 0 || proxy === undefined) return undefined;
  const follow = async (): Promise<void> => {
    const addresses = await hops.addresses(proxy.host);
    if (addresses.length > 0) peers.replace(addresses);
  };
  await follow();
  return setInterval(() => void follow(), PEER_REFRESH_MS).unref();
}

/** RFC 3263 §5: the connection is gone, and none opens to where the request came from. Never rejects. */
async function sendToSentBy(
  bytes: Uint8Array,
  { hop: gone, sentBy }: Path,
  flows: Flows,
  hops: NextHops,
): Promise<void> {
  if (sentBy === undefined) return;
  for (const hop of await hops.ofResponse(gone.protocol, sentBy)) {
    const isSent = await flows.send(bytes, { hop }).then(
      () => true,
      () => false,
    );
    if (isSent) return;
  }
}

const LETTER_S = 0x53;
const SLASH = 0x2f;

/** Counts what goes out by its start line, without parsing: `INVITE …` or `SIP/2.0 200 …`. */
function count(meter: SipStackMeter, bytes: Uint8Array, { hop }: Path): void {
  const digit = (at: number): number => (bytes[at] ?? 0) - 48;
  if (bytes[0] === LETTER_S && bytes[3] === SLASH) {
    meter.messageSent(hop.protocol, '', digit(8) * 100 + digit(9) * 10 + digit(10));
    return;
  }
  meter.messageSent(hop.protocol, METHOD_BY_START.get(startOf(bytes)) ?? '', undefined);
}

/** The first three letters tell the methods apart. */
const startOf = (bytes: Uint8Array): number =>
  ((bytes[0] ?? 0) << 16) | ((bytes[1] ?? 0) << 8) | (bytes[2] ?? 0);

const METHOD_BY_START: ReadonlyMap<number, string> = new Map(
  [...KNOWN_METHODS].map((method) => [startOf(Buffer.from(method)), method]),
);
