/**
 * A server transaction of any request but INVITE: it waits for one final response. RFC 3261 §17.2.2.
 */
import type { Path } from './hop.ts';
import type { Remains, ServerTransaction, ServerTransactionOwner } from './server-transaction.ts';

export class NonInviteServer implements ServerTransaction {
  readonly key: string;
  readonly path: Path;
  readonly mergeKey: string | undefined;
  readonly startedAt = performance.now();
  remains: Remains | undefined;
  readonly #owner: ServerTransactionOwner;

  constructor(key: string, path: Path, mergeKey: string | undefined, owner: ServerTransactionOwner) {
    this.key = key;
    this.path = path;
    this.mergeKey = mergeKey;
    this.#owner = owner;
  }

  /** The final response, which is still to come, is for repetitions too. */
  receive(): void {}

  respond(status: number, bytes: Uint8Array): boolean {
    // RFC 4320 §4.1: no provisional response but 100, and that one only late.
    if (status < 200) return false;
    // Timer J is zero for reliable transports.
    const { key, path } = this;
    if (path.hop.protocol === 'udp') this.remains = { key, path, response: textOf(bytes) };
    this.#end();
    this.#owner.send(bytes, path);
    return true;
  }

  /** Its user has not answered, and its client waits no more. */
  overdue(): void {
    this.#end();
  }

  stop(): void {}

  #end(): void {
    this.#owner.answered();
    this.#owner.ended(this);
  }
}

const textOf = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
