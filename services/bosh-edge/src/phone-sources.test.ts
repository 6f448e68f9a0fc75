import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { readAccountFile } from './phone-sources.ts';
import { createSealer } from './sealing.ts';
import { type OpenEdge, openEdge, PHONE } from './testing/open-edge.ts';

let directory: string | undefined;
let edge: OpenEdge | undefined;
afterEach(async () => {
  await edge?.close();
  if (directory !== undefined) rmSync(directory, { recursive: true });
  edge = undefined;
  directory = undefined;
});

function fileWith(text: string): string {
  directory = mkdtempSync(join(tmpdir(), 'stoxgate-accounts-'));
  const file = join(directory, 'accounts.csv');
  writeFileSync(file, text);
  return file;
}

test('phone sources - the account file is imported at start, sealed; a wrong line is said and left out', async () => {
  const key = Buffer.alloc(32, 9).toString('base64');
  const file = fileWith('1001@@sip.test,alice,hidden,123456,s1,p1\nnonsense,bob,hidden-too\n');
  edge = await openEdge({ phones: { file, key } });
  const { events, log } = edge;
  await vi.waitFor(() => expect(events).toHaveLength(1), { timeout: 30_000, interval: 5 });
  expect(events[0]).toMatchObject({
    key: PHONE,
    edge: 'e1',
    payload: {
      type: 'phone.account.imported',
      uri: 'sip:1001@sip.test',
      username: 'alice',
      rid: 123456,
      sid: 's1',
      presenceId: 'p1',
      secret: createSealer(key).seal(PHONE, 'hidden'),
    },
  });
  expect(log.map((line) => JSON.parse(line).msg)).toEqual([
    'phones.file: accounts.csv:2: the first column is no SIP address such as 1001@example.org.',
    'accounts of phones imported',
  ]);
  expect(log.join('')).not.toContain('hidden');
});

test('phone sources - a file that is not there is a problem', () => {
  expect(readAccountFile('/nonexistent/accounts.csv')).toEqual({
    accounts: [],
    problems: ['/nonexistent/accounts.csv: cannot be read (ENOENT).'],
  });
});
