/**
 * Looks at the table now and then, and tells what its rows say, oldest first. A row is deleted once the bus has it: what is
 * told twice, after a crash in between, has the same id and counts once.
 */
import { type Aor, deriveHex, PhoneReport } from '@stoxgate/contracts';
import type { Logger } from '@stoxgate/runtime';
import { phoneAddress } from '../accounts/phone-address.ts';
import type { OpenTable, PhoneRow, PhoneTable } from './phone-table.ts';

export interface TablePollerOptions {
  readonly url: string;
  readonly table: string;
  readonly everyMs: number;
  readonly open: OpenTable;
  /** Rejects when the bus does not take it. */
  readonly report: (phone: Aor, report: PhoneReport, id: string) => Promise<void>;
  readonly counted: (result: 'told' | 'unreadable') => void;
  readonly log: Logger;
}

const ROWS_AT_ONCE = 200;

export class TablePoller {
  readonly #options: TablePollerOptions;
  #table: PhoneTable | undefined;
  #isLocked = false;
  #timer: NodeJS.Timeout | undefined;
  #turn: Promise<void> = Promise.resolve();
  #isStopped = false;
  #fault: string | undefined;

  constructor(options: TablePollerOptions) {
    this.#options = options;
  }

  /** Why the last look failed; undefined: it did not. */
  get fault(): string | undefined {
    return this.#fault;
  }

  start(): void {
    this.#turn = this.#look().finally(() => {
      if (this.#isStopped) return;
      this.#timer = setTimeout(() => this.start(), this.#options.everyMs);
    });
  }

  /** Resolves when no row is in hand any more. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    clearTimeout(this.#timer);
    await this.#turn;
    await this.#closeTable();
  }

  async #look(): Promise<void> {
    const { url, table, open, log } = this.#options;
    try {
      this.#table ??= await open(url, table);
      this.#isLocked ||= await this.#table.lock();
      while (this.#isLocked && !this.#isStopped && (await this.#takeSome(this.#table))) {}
      if (this.#fault !== undefined) log.info({ table }, 'the table of phones is read again');
      this.#fault = undefined;
    } catch (err) {
      if (this.#fault === undefined) log.error({ err, table }, 'the table of phones cannot be read');
      this.#fault = 'cannot be read';
      await this.#closeTable();
    }
  }

  /** True when there may be more. */
  async #takeSome(table: PhoneTable): Promise<boolean> {
    const rows = await table.rows(ROWS_AT_ONCE);
    const done: string[] = [];
    try {
      for (const row of rows) {
        await this.#tell(row);
        done.push(row.id);
      }
    } finally {
      if (done.length > 0) await table.delete(done);
    }
    return rows.length === ROWS_AT_ONCE;
  }

  async #tell({ id, uri, state }: PhoneRow): Promise<void> {
    const { table, report, counted, log } = this.#options;
    const phone = phoneAddress(uri ?? '');
    const read = PhoneReport.safeParse((state ?? '').trim().toLowerCase());
    if (phone === undefined || !read.success) {
      counted('unreadable');
      log.warn({ table, id, uri, state }, 'a row of the table of phones makes no sense, and is left out');
      return;
    }
    await report(phone, read.data, `table:${deriveHex(`${table}\n${id}\n${phone}\n${read.data}`, 16)}`);
    counted('told');
  }

  async #closeTable(): Promise<void> {
    const table = this.#table;
    this.#table = undefined;
    this.#isLocked = false;
    await table?.close();
  }
}
