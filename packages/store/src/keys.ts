/**
 * Names of what the store keeps in Redis. All keys of a partition share one hash tag and so one slot of a Redis
 * Cluster. The tag comes first: braces in a session key do not count (only the first `{…}` is the tag).
 */
import { brandKey, PARTITIONS, partitionOf, type SessionKey } from '@stoxgate/contracts';

export interface PartitionKeys {
  readonly timers: string;
  readonly due: string;
  readonly indexes: string;
  readonly counters: string;
}

export class StoreKeys {
  readonly partitions: readonly PartitionKeys[];
  readonly #namespace: string;

  /** @param namespace sets deployments apart that share a server; no braces. */
  constructor(namespace: string) {
    this.#namespace = namespace;
    this.partitions = Array.from({ length: PARTITIONS }, (_, partition) => {
      const tag = this.#tag(partition);
      return {
        timers: `${tag}:timers`,
        due: `${tag}:due`,
        indexes: `${tag}:indexes`,
        counters: `${tag}:counters`,
      };
    });
  }

  session(key: SessionKey): string {
    return `${this.#tag(partitionOf(key, PARTITIONS))}:session:${key}`;
  }

  /** The five keys of a commit, as its script wants them. */
  ofCommit(key: SessionKey): string[] {
    const partition = partitionOf(key, PARTITIONS);
    const tag = this.#tag(partition);
    return [this.session(key), `${tag}:timers`, `${tag}:due`, `${tag}:indexes`, `${tag}:counters`];
  }

  /** Written to learn whether replicas have what was written before in the partition. */
  fence(partition: number): string {
    return `${this.#tag(partition)}:fence`;
  }

  #tag(partition: number): string {
    return `{${this.#namespace}:${partition}}`;
  }
}

/**
 * A name and a session key as one member of a sorted set: a JSON array. It holds no line break, and the members of
 * one name are exactly those between `[` + name + `,` and `[` + name + `-`.
 */
export const memberOf = (name: string, key: SessionKey): string => JSON.stringify([name, key]);

export function parseMember(member: string): { name: string; key: SessionKey } {
  const [name, key] = JSON.parse(member) as [string, string];
  return { name, key: brandKey(key) };
}

/** Bounds for ZRANGEBYLEX of the members of `name`. */
export function memberRange(name: string): { from: string; to: string } {
  const head = JSON.stringify([name]).slice(0, -1);
  return { from: `[${head},`, to: `(${head}-` };
}
