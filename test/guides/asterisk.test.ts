/** docs/guides/asterisk.md. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type JingleUser, type Prosody, type SipPhone, startSipPhone } from '@stoxgate/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  addContact,
  caller,
  callsPhone,
  callsUser,
  type Ends,
  messagesBothWays,
  PATIENCE_MS,
} from './both-ways.ts';
import { register } from './digest-phone.ts';
import { startExampleOrg } from './example-org.ts';
import { type Guide, openGuide } from './guide.ts';
import { showOnFailure } from './show-on-failure.ts';

const CONTACT = '1001@sip.example.org';
const CONFIG = '/etc/asterisk/asterisk.conf';
let prosody: Prosody | undefined;
let guide: Guide;
let alice: JingleUser | undefined;
let phone: SipPhone | undefined;
let ends: Ends;

/** What the package brings, with its directories moved. */
async function writePackageFiles(directory: string): Promise<void> {
  const at = (path: string): string => join(directory, path);
  const places = {
    astetcdir: '/etc/asterisk',
    astrundir: '/run',
    astlogdir: '/log',
    astspooldir: '/spool',
    astdbdir: '/db',
  };
  for (const path of Object.values(places)) await mkdir(at(path), { recursive: true });
  const directories = Object.entries(places).map(([name, path]) => `${name} => ${at(path)}\n`);
  await writeFile(at(CONFIG), `[directories]\n${directories.join('')}`);
  await writeFile(at('/etc/asterisk/modules.conf'), '[modules]\nautoload=yes\n');
  await writeFile(at('/etc/asterisk/logger.conf'), '[logfiles]\nconsole => error,warning,notice\n');
}

showOnFailure(() => guide.output());
beforeAll(async () => {
  prosody = await startExampleOrg();
  guide = await openGuide('asterisk', {
    ports: [5060, 5600, 8080, [5347, prosody.componentPort]],
    addresses: { '192.0.2.10': '127.0.0.10', '192.0.2.20': '127.0.0.20', '192.0.2.30': '127.0.0.1' },
    paths: ['/etc/asterisk'],
    instead: {
      'systemctl restart asterisk': `asterisk -f -C ${CONFIG}`,
      'asterisk -rx': `asterisk -C ${CONFIG} -rx`,
    },
  });
  await writePackageFiles(guide.directory);
  await guide.follow('Asterisk', 'Files of Asterisk', 'The gateway', 'Check');
  const target = { host: '127.0.0.10', port: guide.port(5060) };
  phone = await startSipPhone({ target, user: '1001', timeoutMs: PATIENCE_MS });
  const domain = `127.0.0.10:${target.port}`;
  const authorization = await register(phone, { username: '1001', password: 'phone-secret', domain });
  alice = await caller('alice@example.org', 'wonderland', prosody.clientPort);
  const [userUri, phoneUri] = ['sip:alice@example.org', `sip:1001@${domain}`];
  ends = {
    user: alice,
    contact: CONTACT,
    userUri,
    phone,
    phoneUri,
    dials: `sip:2001@${domain}`,
    authorization,
  };
});
afterAll(async () => {
  await alice?.user.close();
  await phone?.stop();
  await guide?.stop();
  await prosody?.stop();
});

test('asterisk guide - calls both ways, by a short number too', async () => {
  await addContact(ends.user, CONTACT);
  await callsPhone(ends);
  await callsUser(ends);
});

test('asterisk guide - messages both ways', async () => {
  await messagesBothWays({ ...ends, dials: `sip:alice@127.0.0.10:${guide.port(5060)}` });
});

test('asterisk guide - nothing of it is left out', () => {
  expect(guide.notDone()).toEqual([]);
});
