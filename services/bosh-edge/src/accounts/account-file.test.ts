import { expect, test } from 'vitest';
import { createSealer } from '../sealing.ts';
import { parseAccountFile } from './account-file.ts';
import { importedAccounts } from './imported-account.ts';

const parse = (text: string) => parseAccountFile(text, 'accounts.csv');

test("account file - the seed's example", () => {
  expect(parse('0123456789@@domain.example.com,username,password,123456\n')).toEqual({
    accounts: [
      { uri: 'sip:0123456789@domain.example.com', username: 'username', password: 'password', rid: 123456 },
    ],
    problems: [],
  });
});

test('account file - all columns, comments, blank lines, quotes, any line end, a byte order mark', () => {
  const text =
    '\uFEFF# SIP URI, username, password, RID, SID, presenceId\r\n\r\n' +
    ' 1001@sip.test , alice@xmpp.test , "a ""b"", c " , 200000 , s1d , p1 \r\n' +
    '\t# another\n1002@sip.test,bob,pw,,,\r1003@sip.test,carol,päss';
  expect(parse(text)).toEqual({
    accounts: [
      {
        uri: 'sip:1001@sip.test',
        username: 'alice@xmpp.test',
        password: 'a "b", c ',
        rid: 200_000,
        sid: 's1d',
        presenceId: 'p1',
      },
      { uri: 'sip:1002@sip.test', username: 'bob', password: 'pw' },
      { uri: 'sip:1003@sip.test', username: 'carol', password: 'päss' },
    ],
    problems: [],
  });
});

test('account file - every fault is named by its line, and no password is in it', () => {
  const text = [
    '1001@sip.test,alice,hidden-1,1',
    'nobody,alice,hidden-2,1',
    '1003@sip.test,,hidden-3,1',
    '1004@sip.test,alice,,1',
    '1005@sip.test,alice,hidden-5,hidden-5',
    '1006@sip.test,alice,hidden-6,0',
    '1007@sip.test,alice,hidden-7,9007199254740991',
    '1008@sip.test,alice,"hidden-8,1',
    '1009@sip.test',
    '1010@sip.test,alice,hidden-10,with,commas,in,it',
    'sip:1001@SIP.test,alice,hidden-11,1',
    `1012@sip.test,alice,hidden-12${'x'.repeat(1024)},1`,
    '1013@sip.test,alice smith,hidden-13,1',
  ].join('\n');
  const { accounts, problems } = parse(text);
  expect(accounts.map(({ uri }) => uri)).toEqual(['sip:1001@sip.test']);
  expect(problems).toEqual([
    'accounts.csv:2: the first column is no SIP address such as 1001@example.org.',
    'accounts.csv:3: the second column is no user name such as alice or alice@example.org.',
    'accounts.csv:4: the third column, the password, is empty.',
    'accounts.csv:5: the fourth column, the RID, is no number from 1 to 9007194959773696.',
    'accounts.csv:6: the fourth column, the RID, is no number from 1 to 9007194959773696.',
    'accounts.csv:7: the fourth column, the RID, is no number from 1 to 9007194959773696.',
    'accounts.csv:8: quotes do not match: a field that holds one is quoted, with "" for each.',
    'accounts.csv:9: it has not 3 to 6 columns (SIP URI, username, password, RID, SID, presenceId); a password with a comma needs quotes.',
    'accounts.csv:10: it has not 3 to 6 columns (SIP URI, username, password, RID, SID, presenceId); a password with a comma needs quotes.',
    'accounts.csv:11: sip:1001@sip.test stands in line 1 already.',
    'accounts.csv:12: a column is longer than 1023 characters.',
    'accounts.csv:13: the second column is no user name such as alice or alice@example.org.',
  ]);
  expect(problems.join('')).not.toContain('hidden');
});

test('account file - an empty one has no accounts', () => {
  expect(parse('')).toEqual({ accounts: [], problems: [] });
});

test('account import - passwords are sealed; phones that share a login have a resource each', () => {
  const { accounts } = parse(
    '1001@sip.test,alice,pw-1,123456\n1002@sip.test,Alice,pw-1\n1003@sip.test,bob,pw-3',
  );
  const key = Buffer.alloc(32, 1).toString('base64');
  const imported = importedAccounts(accounts, createSealer(key), 'SIP-phone');
  expect(imported.map(({ uri, username, resource }) => [uri, username, resource])).toEqual([
    ['sip:1001@sip.test', 'alice', 'SIP-phone-1001'],
    ['sip:1002@sip.test', 'Alice', 'SIP-phone-1002'],
    ['sip:1003@sip.test', 'bob', undefined],
  ]);
  expect(JSON.stringify(imported)).not.toContain('pw-');
  expect(imported[0]).toMatchObject({
    type: 'phone.account.imported',
    rid: 123_456,
    secret: { form: 'aes-256-gcm' },
  });
});
