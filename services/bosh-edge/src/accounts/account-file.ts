/**
 * The account file: a line for each phone, `SIP URI, username, password, RID, [SID], [presenceId]`. Blank lines and those
 * that begin with # are passed over; a field with a comma, a quote or blanks at its ends stands in quotes.
 */
import type { Aor } from '@stoxgate/contracts';
import { csvFields } from './csv-line.ts';
import { phoneAddress } from './phone-address.ts';

export interface FileAccount {
  readonly uri: Aor;
  /** As written: the user, or user@domain. */
  readonly username: string;
  readonly password: string;
  readonly rid?: number;
  readonly sid?: string;
  readonly presenceId?: string;
}

export interface AccountFile {
  readonly accounts: readonly FileAccount[];
  /** One sentence each, with the line, and without what is written there: it may be a password. */
  readonly problems: readonly string[];
}

/** XEP-0124 §7.1: rids stay below 2^53 however long the session lasts. */
const MAX_RID = 2 ** 53 - 2 ** 32;
const MAX_FIELD = 1023;
const COLUMNS = 'SIP URI, username, password, RID, SID, presenceId';

type Line = { readonly account: FileAccount } | { readonly fault: string };

function accountOf(line: string): Line {
  const fields = csvFields(line);
  if (fields === undefined) {
    return { fault: 'quotes do not match: a field that holds one is quoted, with "" for each.' };
  }
  const [uri = '', username = '', password = '', rid = '', sid = '', presenceId = ''] = fields;
  if (fields.length < 3 || fields.length > 6) {
    return { fault: `it has not 3 to 6 columns (${COLUMNS}); a password with a comma needs quotes.` };
  }
  const aor = phoneAddress(uri);
  if (aor === undefined) return { fault: 'the first column is no SIP address such as 1001@example.org.' };
  if (username === '' || /^@|[\s/]/.test(username)) {
    return { fault: 'the second column is no user name such as alice or alice@example.org.' };
  }
  if (password === '') return { fault: 'the third column, the password, is empty.' };
  if (rid !== '' && !(/^\d{1,16}$/.test(rid) && Number(rid) >= 1 && Number(rid) <= MAX_RID)) {
    return { fault: `the fourth column, the RID, is no number from 1 to ${MAX_RID}.` };
  }
  if (fields.some((field) => field.length > MAX_FIELD)) {
    return { fault: `a column is longer than ${MAX_FIELD} characters.` };
  }
  return {
    account: {
      uri: aor,
      username,
      password,
      ...(rid !== '' && { rid: Number(rid) }),
      ...(sid !== '' && { sid }),
      ...(presenceId !== '' && { presenceId }),
    },
  };
}

/** Total: each line gives an account, a problem, or nothing. `name` is that of the file, for problems. */
export function parseAccountFile(text: string, name: string): AccountFile {
  const accounts: FileAccount[] = [];
  const problems: string[] = [];
  const lineOf = new Map<Aor, number>();
  const lines = text.replace(/^\uFEFF/, '').split(/\r\n|\r|\n/);
  for (const [at, line] of lines.entries()) {
    if (/^\s*(#|$)/.test(line)) continue;
    const read = accountOf(line);
    const first = 'account' in read ? lineOf.get(read.account.uri) : undefined;
    if ('fault' in read) {
      problems.push(`${name}:${at + 1}: ${read.fault}`);
    } else if (first !== undefined) {
      problems.push(`${name}:${at + 1}: ${read.account.uri} stands in line ${first} already.`);
    } else {
      lineOf.set(read.account.uri, at + 1);
      accounts.push(read.account);
    }
  }
  return { accounts, problems };
}
