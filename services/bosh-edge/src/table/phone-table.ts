/**
 * A table in which a SIP server writes what its phones do: `id`, which grows, `uri` and `state`.
 */

export interface PhoneRow {
  /** Decimal. */
  readonly id: string;
  readonly uri: string;
  readonly state: string;
}

/** A connection to the database, of one process at a time. Everything rejects when the database does not answer. */
export interface PhoneTable {
  /** Whether this connection is the one that takes rows, from now until it ends: rows of a phone must keep their order. */
  lock(): Promise<boolean>;
  /** The oldest rows. */
  rows(limit: number): Promise<readonly PhoneRow[]>;
  delete(ids: readonly string[]): Promise<void>;
  /** Never rejects. */
  close(): Promise<void>;
}

export type OpenTable = (url: string, table: string) => Promise<PhoneTable>;

export const DATABASE_TIMEOUT_MS = 5000;

/** Opens the table with the library that its database takes, which is loaded only now. */
export const openPhoneTable: OpenTable = async (url, table) =>
  /^postgres(ql)?:/.test(url)
    ? (await import('./postgres-table.ts')).openPostgresTable(url, table)
    : (await import('./mysql-table.ts')).openMysqlTable(url, table);
