/**
 * One chat session of ours: what it waits for, its connection, what goes out and what came in part.
 */
import type { CommandOf, MsrpPeer } from '@stoxgate/contracts';
import { type MsrpUri, parseMsrpUri, Reassembly } from '@stoxgate/wire-msrp';
import type { MsrpConnection } from './connection.ts';
import type { Outgoing } from './outgoing.ts';

/** The other end, its path read. */
export interface Peer {
  readonly path: readonly MsrpUri[];
  readonly hop: MsrpUri;
  readonly role: MsrpPeer['role'];
  readonly fingerprints: readonly { readonly hash: string; readonly value: string }[];
}

export interface SessionLimits {
  readonly maxMessageBytes: number;
  /** Bytes of messages that wait to be sent. */
  readonly maxQueuedBytes: number;
}

const MAX_OPEN_MESSAGES = 8;
/** Messages that wait to be sent, however small. */
const MAX_QUEUED = 1024;
/** Messages whose name or report is still known. */
const REMEMBERED_MAX = 256;
const MAX_PATH_URIS = 8;

/** Undefined when the path has no usable URI, or one of another scheme than the session's. */
export function peerOf({ path, role, fingerprints = [] }: MsrpPeer, isSecure: boolean): Peer | undefined {
  const uris = path.slice(0, MAX_PATH_URIS).map(parseMsrpUri);
  const read = uris.filter((uri) => uri !== undefined);
  const [hop] = read;
  if (hop === undefined || read.length !== path.length) return undefined;
  if ((hop.scheme === 'msrps') !== isSecure || hop.transport !== 'tcp') return undefined;
  return { path: read, hop, role, fingerprints };
}

export class Session<Origin> {
  readonly id: string;
  readonly origin: Origin;
  readonly own: MsrpUri;
  readonly acceptTypes: readonly string[];
  readonly reassembly: Reassembly;
  readonly queue: Outgoing[] = [];
  /** Those in the queue, and those that wait for responses. */
  readonly live = new Set<Outgoing>();
  /** By Message-ID: those that a report is waited for. */
  readonly #reports = new Map<string, Outgoing>();
  readonly #names = new Set<string>();
  readonly #limits: SessionLimits;
  #queuedBytes = 0;
  peer: Peer | undefined;
  connection: MsrpConnection | undefined;
  /** What was there before is over when this passes; undefined once connected. */
  dueAt: number | undefined;
  isConnected = false;
  /** The first SEND is answered: some peers take nothing else before that. */
  isGreeted = false;
  /** Chunks that wait for a response. */
  unanswered = 0;

  constructor(
    { session, acceptTypes = [] }: CommandOf<'msrp.session.open'>,
    origin: Origin,
    own: MsrpUri,
    limits: SessionLimits,
  ) {
    this.id = session;
    this.origin = origin;
    this.own = own;
    this.acceptTypes = acceptTypes;
    this.#limits = limits;
    const { maxMessageBytes } = limits;
    this.reassembly = new Reassembly({ maxMessageBytes, maxOpenMessages: MAX_OPEN_MESSAGES });
  }

  get isSecure(): boolean {
    return this.own.scheme === 'msrps';
  }

  /** `again`: a message of that name was taken before. `full`: too much waits. */
  enqueue(outgoing: Outgoing): 'taken' | 'again' | 'full' {
    if (this.#names.has(outgoing.name)) return 'again';
    const queuedBytes = this.#queuedBytes + outgoing.bytes.length;
    if (queuedBytes > this.#limits.maxQueuedBytes || this.queue.length >= MAX_QUEUED) return 'full';
    if (this.#names.size >= REMEMBERED_MAX) dropOldest(this.#names);
    this.#names.add(outgoing.name);
    this.#queuedBytes = queuedBytes;
    this.queue.push(outgoing);
    this.live.add(outgoing);
    if (!outgoing.wantsReport) return 'taken';
    if (this.#reports.size >= REMEMBERED_MAX) dropOldest(this.#reports);
    this.#reports.set(outgoing.messageId, outgoing);
    return 'taken';
  }

  /** Takes a message out of the queue: all of it was handed on, or it has failed. */
  dequeue(outgoing: Outgoing): void {
    const at = this.queue.indexOf(outgoing);
    if (at < 0) return;
    this.queue.splice(at, 1);
    this.#queuedBytes -= outgoing.bytes.length;
  }

  reportOf(messageId: string): Outgoing | undefined {
    return this.#reports.get(messageId);
  }

  forgetReport(messageId: string): void {
    this.#reports.delete(messageId);
  }
}

function dropOldest(kept: { keys(): Iterator<string>; delete(key: string): boolean }): void {
  const { value, done } = kept.keys().next();
  if (done !== true) kept.delete(value);
}
