/**
 * All ways in and out: a UDP socket and a TCP listener on one port. Chooses by a path's protocol.
 */
import { lookup } from 'node:dns/promises';
import type { ParseFault, SipLimits } from '@stoxgate/wire-sip';
import type { Hop, Path } from './hop.ts';
import { DEFAULT_TCP_LIMITS, TcpFlow, type TcpLimits } from './tcp-flow.ts';
import { UdpFlow } from './udp-flow.ts';

export interface FlowsReceiver {
  admits(address: string): boolean;
  /** A datagram or a message cut out of a stream. Must not throw. */
  message(bytes: Buffer, from: Hop): void;
  /** The stream from `from` is broken; what is returned is its last answer. */
  streamFault(fault: ParseFault, from: Hop): Uint8Array | undefined;
  flowFault(cause: Error): void;
}

export interface FlowsOptions {
  readonly host: string;
  /** 0: any port that is free for both protocols. */
  readonly port: number;
  readonly sipLimits: SipLimits;
  readonly tcpLimits?: Partial<TcpLimits>;
}

const PORT_ATTEMPTS = 10;

export class Flows {
  readonly #udp: UdpFlow;
  readonly #tcp: TcpFlow;

  private constructor(udp: UdpFlow, tcp: TcpFlow) {
    this.#udp = udp;
    this.#tcp = tcp;
  }

  /** Binds both. Rejects when the host does not resolve or the port is taken. */
  static async open(options: FlowsOptions, receiver: FlowsReceiver): Promise<Flows> {
    const { address } = await lookup(options.host);
    for (let attempt = 1; ; attempt++) {
      const udp = await openUdp(address, options.port, receiver);
      try {
        return new Flows(udp, await openTcp(address, udp.port, options, receiver));
      } catch (cause) {
        await udp.close();
        if (options.port !== 0 || attempt === PORT_ATTEMPTS) throw cause;
      }
    }
  }

  get port(): number {
    return this.#udp.port;
  }

  get connections(): number {
    return this.#tcp.connections;
  }

  /**
   * Sends one message. Over TCP: on the open connection to `hop`, else on a new one to `otherwise` or `hop`.
   * Rejects on a transport error (RFC 3261 §18.4).
   */
  send(bytes: Uint8Array, { hop, otherwise }: Path): Promise<void> {
    if (hop.protocol === 'udp') return this.#udp.send(bytes, hop.address, hop.port);
    const { address, port } = otherwise ?? hop;
    const open = this.#tcp.find(hop.address, hop.port);
    if (open !== undefined) return open.send(bytes);
    return this.#tcp.connect(address, port).then((connection) => connection.send(bytes));
  }

  /** Sends one message whose loss somebody else repairs: the peer's retransmission, or a timer. */
  post(bytes: Uint8Array, path: Path): void {
    if (path.hop.protocol === 'udp') this.#udp.post(bytes, path.hop.address, path.hop.port);
    else this.send(bytes, path).catch(() => undefined);
  }

  /** Whether a TCP connection to `hop` is open or can be opened; over UDP, whether the socket can send there. */
  async reaches(hop: Hop): Promise<boolean> {
    if (hop.protocol === 'udp') return this.#udp.carries(hop.address);
    if (this.#tcp.find(hop.address, hop.port) !== undefined) return true;
    return this.#tcp.connect(hop.address, hop.port).then(
      () => true,
      () => false,
    );
  }

  async close(): Promise<void> {
    await Promise.all([this.#udp.close(), this.#tcp.close()]);
  }
}

const openUdp = (host: string, port: number, receiver: FlowsReceiver): Promise<UdpFlow> =>
  UdpFlow.open(host, port, {
    datagram: (bytes, address, from) => receiver.message(bytes, { protocol: 'udp', address, port: from }),
    flowFault: (cause) => receiver.flowFault(cause),
  });

const openTcp = (
  host: string,
  port: number,
  { sipLimits, tcpLimits }: FlowsOptions,
  receiver: FlowsReceiver,
): Promise<TcpFlow> =>
  TcpFlow.listen(
    host,
    port,
    {
      admits: (address) => receiver.admits(address),
      message: (bytes, { hop }) =>
        receiver.message(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength), hop),
      streamFault: (fault, { hop }) => receiver.streamFault(fault, hop),
    },
    sipLimits,
    { ...DEFAULT_TCP_LIMITS, ...tcpLimits },
  );
