/**
 * How the doctor looks at the world. Each probe ends by itself within some seconds; checks are given these, tests others.
 */
export interface Target {
  readonly host: string;
  readonly port: number;
}

export interface TlsTarget extends Target {
  /** Name that the certificate must have. */
  readonly serverName: string;
  /** PEM. */
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
}

/** Text over a connection: said in UTF-8, heard byte for byte, so that lengths can be counted. */
export interface Conversation {
  /** Why the certificate of the other end is not to be trusted; undefined: it is, or there is none. */
  readonly distrust?: string;
  /** Our own address and port. */
  readonly local: Target;
  say(text: string): void;
  /** All that was heard so far, once that is enough; what there is when the other end closes or time is over. */
  hear(isEnough: (heard: string) => boolean): Promise<string>;
  close(): void;
}

/** `ECONNREFUSED`, `ENOTFOUND`, `ETIMEDOUT` … */
export type FaultCode = string;

export type Opened =
  | { readonly ok: true; readonly line: Conversation }
  | { readonly ok: false; readonly code: FaultCode };

export type Answered =
  | { readonly ok: true; readonly status: number; readonly text: string; readonly headers: Headers }
  | { readonly ok: false; readonly code: FaultCode };

export interface Probes {
  connect(target: Target): Promise<Opened>;
  connectTls(target: TlsTarget): Promise<Opened>;
  /** A datagram socket that speaks with one other. */
  udp(target: Target): Promise<Opened>;
  http(
    url: string,
    request?: { readonly method?: string; readonly body?: string; readonly type?: string },
  ): Promise<Answered>;
  /** Addresses of a name, or of an address itself; none when it has none. */
  addresses(name: string): Promise<readonly string[]>;
  /** Whether there are SRV records. */
  hasServices(name: string): Promise<boolean>;
  /** Tries to listen; `EADDRINUSE`, `EADDRNOTAVAIL` …; undefined: it can. */
  listenFault(kind: 'udp' | 'tcp', at: Target): Promise<FaultCode | undefined>;
  readFile(path: string): Promise<string | undefined>;
  /** A database that phones' states are read from; a sentence when it cannot be. */
  tableFault(url: string, table: string): Promise<string | undefined>;
  /** Seconds since the epoch by somebody's clock, to be compared with ours. */
  noteClock(whose: string, seconds: number): void;
  /** How far others' clocks are ahead, in seconds. */
  clocks(): readonly { readonly whose: string; readonly aheadSeconds: number }[];
  now(): number;
}
