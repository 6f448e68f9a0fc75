/**
 * All ways in and out: a UDP socket and a TCP listener on one port, and TLS on its own. Chooses by a path's protocol.
 */
import { lookup } from 'node:dns/promises';
import type { ParseFault, SipLimits } from '@stoxgate/wire-sip';
import type { Hop, Path, Protocol, StreamProtocol } from './hop.ts';
import type { StreamReceiver } from './stream-connection.ts';
import { DEFAULT_STREAM_LIMITS, StreamFlow, type StreamLimits } from './stream-flow.ts';
import { type StreamOpener, tcpOpener } from './stream-opener.ts';
import { type TlsIdentity, type TlsOpener, tlsOpener } from './tls-opener.ts';
import { UdpFlow } from './udp-flow.ts';

export interface FlowsReceiver {
  /** Whether a connection from this address may stay; over TLS, whether it may begin a handshake. */
  admits(address: string, protocol: StreamProtocol): boolean;
  /** Whether a TLS peer may stay once it is known. */
  accepts(peer: Hop): boolean;
  /** Whether a certificate that names what `names` affirms belongs to a peer. */
  trusts(names: (name: string) => boolean): boolean;
  /** A datagram or a message cut out of a stream. Must not throw. */
  message(bytes: Buffer, from: Hop): void;
  /** The stream from `from` is broken; what is returned is its last answer. */
  streamFault(fault: ParseFault, from: Hop): Uint8Array | undefined;
  flowFault(cause: Error): void;
}

export interface TlsListener extends TlsIdentity {
  readonly port: number;
}

export interface FlowsOptions {
  readonly host: string;
  /** 0: any port that is free for both protocols. */
  readonly port: number;
  readonly tls?: TlsListener;
  readonly sipLimits: SipLimits;
  readonly streamLimits?: Partial<StreamLimits>;
}

const PORT_ATTEMPTS = 10;

export class Flows {
  readonly #udp: UdpFlow;
  readonly #streams: Readonly<Partial<Record<StreamProtocol, StreamFlow>>>;

  readonly #tls: TlsOpener | undefined;

  private constructor(udp: UdpFlow, tcp: StreamFlow, tls?: StreamFlow, opener?: TlsOpener) {
    this.#udp = udp;
    this.#tls = opener;
    this.#streams = { tcp, ...(tls && { tls }) };
  }

  /** Binds all. Rejects when the host does not resolve or a port is taken. */
  static async open(options: FlowsOptions, receiver: FlowsReceiver): Promise<Flows> {
    const { address } = await lookup(options.host);
    const listen = (port: number, opener: StreamOpener): Promise<StreamFlow> =>
      StreamFlow.listen(address, port, opener, streamReceiver(receiver), options.sipLimits, {
        ...DEFAULT_STREAM_LIMITS,
        ...options.streamLimits,
      });
    const { udp, tcp } = await openBoth(address, options.port, listen, receiver);
    if (options.tls === undefined) return new Flows(udp, tcp);
    try {
      const trust = {
        admits: (from: string) => receiver.admits(from, 'tls'),
        accepts: (peer: Hop) => receiver.accepts(peer),
        trusts: (names: (name: string) => boolean) => receiver.trusts(names),
      };
      const opener = tlsOpener(options.tls, trust);
      return new Flows(udp, tcp, await listen(options.tls.port, opener), opener);
    } catch (cause) {
      await Promise.all([udp.close(), tcp.close()]);
      throw cause;
    }
  }

  /** Where we listen; undefined for a protocol that we lack. */
  portOf(protocol: Protocol): number | undefined {
    return protocol === 'tls' ? this.#streams.tls?.port : this.#udp.port;
  }

  /** See `TlsOpener.renew`; nothing without TLS. */
  renewIdentity(identity: TlsIdentity): void {
    this.#tls?.renew(identity);
  }

  takeCrowded(): boolean {
    return this.#udp.takeCrowded();
  }

  get connections(): number {
    return (this.#streams.tcp?.connections ?? 0) + (this.#streams.tls?.connections ?? 0);
  }

  /**
   * Sends one message. By a stream: on the open connection to `hop`, else on a new one to `otherwise` or `hop`.
   * Rejects on a transport error (RFC 3261 §18.4).
   */
  send(bytes: Uint8Array, { hop, otherwise }: Path): Promise<void> {
    if (hop.protocol === 'udp') {
      return new Promise((resolve, reject) => {
        this.#udp.post(bytes, hop.address, hop.port, (cause) => (cause === null ? resolve() : reject(cause)));
      });
    }
    const streams = this.#streams[hop.protocol];
    if (streams === undefined) return Promise.reject(new Error(`There is no ${hop.protocol} here.`));
    const open = streams.find(hop);
    if (open !== undefined) return open.send(bytes);
    return streams.connect(otherwise ?? hop).then((connection) => connection.send(bytes));
  }

  /**
   * Sends one message. `failed` is called, later, on a transport error; absent: somebody else repairs a loss, the peer's
   * retransmission or a timer.
   */
  post(bytes: Uint8Array, path: Path, failed?: (cause: unknown) => void): void {
    const { protocol, address, port } = path.hop;
    if (protocol !== 'udp') {
      this.send(bytes, path).catch((cause: unknown) => failed?.(cause));
    } else if (failed === undefined) {
      this.#udp.post(bytes, address, port);
    } else {
      this.#udp.post(bytes, address, port, (cause) => cause !== null && failed(cause));
    }
  }

  /** Whether a message could be sent to `hop` by its protocol and address family alone. */
  carries(hop: Hop): boolean {
    return hop.protocol === 'udp'
      ? this.#udp.carries(hop.address)
      : this.#streams[hop.protocol] !== undefined;
  }

  /** Whether a connection to `hop` is open or can be opened; over UDP, whether the socket can send there. */
  async reaches(hop: Hop): Promise<boolean> {
    if (hop.protocol === 'udp' || !this.carries(hop)) return this.carries(hop);
    const connection = this.#streams[hop.protocol]?.connect(hop);
    return connection === undefined
      ? false
      : connection.then(
          () => true,
          () => false,
        );
  }

  async close(): Promise<void> {
    await Promise.all([this.#udp.close(), this.#streams.tcp?.close(), this.#streams.tls?.close()]);
  }
}

interface UdpAndTcp {
  readonly udp: UdpFlow;
  readonly tcp: StreamFlow;
}

async function openBoth(
  host: string,
  port: number,
  listen: (port: number, opener: StreamOpener) => Promise<StreamFlow>,
  receiver: FlowsReceiver,
): Promise<UdpAndTcp> {
  for (let attempt = 1; ; attempt++) {
    const udp = await openUdp(host, port, receiver);
    try {
      return {
        udp,
        tcp: await listen(
          udp.port,
          tcpOpener((from) => receiver.admits(from, 'tcp')),
        ),
      };
    } catch (cause) {
      await udp.close();
      if (port !== 0 || attempt === PORT_ATTEMPTS) throw cause;
    }
  }
}

function openUdp(host: string, port: number, receiver: FlowsReceiver): Promise<UdpFlow> {
  let last: Hop = { protocol: 'udp', address: '', port: 0 };
  return UdpFlow.open(host, port, {
    datagram: (bytes, address, from) => {
      // What came from where is kept for a minute, and most comes from one peer.
      if (last.port !== from || last.address !== address) last = { protocol: 'udp', address, port: from };
      receiver.message(bytes, last);
    },
    flowFault: (cause) => receiver.flowFault(cause),
  });
}

const streamReceiver = (receiver: FlowsReceiver): StreamReceiver => ({
  message: (bytes, { hop }) =>
    receiver.message(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength), hop),
  streamFault: (fault, { hop }) => receiver.streamFault(fault, hop),
});
