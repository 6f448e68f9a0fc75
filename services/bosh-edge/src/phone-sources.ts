/**
 * What this service hears of phones by itself: the account file, at start, and the table.
 */
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { type Config, counter, type Logger, type ServiceContext } from '@stoxgate/runtime';
import { type AccountFile, parseAccountFile } from './accounts/account-file.ts';
import { importedAccounts } from './accounts/imported-account.ts';
import type { PhoneDesk } from './phone-desk.ts';
import { createSealer } from './sealing.ts';
import { openPhoneTable } from './table/phone-table.ts';
import { TablePoller } from './table/table-poller.ts';

/** Total: a file that cannot be read is a problem too. */
export function readAccountFile(file: string): AccountFile {
  try {
    return parseAccountFile(readFileSync(file, 'utf8'), basename(file));
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown error';
    return { accounts: [], problems: [`${file}: cannot be read (${code}).`] };
  }
}

/** Rejects with `STOX_BUS_UNAVAILABLE`. Lines that are wrong are logged and left out. */
export async function importFile({ phones }: Config, desk: PhoneDesk, log: Logger): Promise<void> {
  if (phones.file === '') return;
  const { accounts, problems } = readAccountFile(phones.file);
  for (const problem of problems) log.error(`phones.file: ${problem}`);
  await desk.import(importedAccounts(accounts, createSealer(phones.key), phones.resource));
  log.info({ phones: accounts.length }, 'accounts of phones imported');
}

/** Starts to look at the table, where one is configured. */
export function pollTable({ config, meter, log }: ServiceContext, desk: PhoneDesk): TablePoller | undefined {
  const { url, table, poll } = config.phones.database;
  if (url === '') return undefined;
  const rows = counter(meter, 'stoxgate_phone_rows_total');
  const poller = new TablePoller({
    url,
    table,
    everyMs: poll * 1000,
    open: openPhoneTable,
    report: (phone, report, id) => desk.report(phone, report, 'table', id),
    counted: (result) => rows.add(1, { result }),
    log,
  });
  poller.start();
  return poller;
}
