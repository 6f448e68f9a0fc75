/** docs/guides/intercept.md. */
import { fileURLToPath } from 'node:url';
import { type JingleUser, jingleOf, reasonOf, type SipProxy, startSipProxy } from '@stoxgate/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { caller } from './both-ways.ts';
import { type Guide, openGuide } from './guide.ts';
import { showOnFailure } from './show-on-failure.ts';

const CONFIG = '/etc/prosody/prosody.cfg.lua';
const MODULE = 'deploy/prosody/mod_stoxgate.lua';
let guide: Guide;
let proxy: SipProxy | undefined;
const users: JingleUser[] = [];

showOnFailure(() => guide.output());
beforeAll(async () => {
  guide = await openGuide('intercept', {
    ports: [5222, 5347, 5600, 5060, 8080],
    paths: ['/etc/prosody', '/var/lib/prosody', '/run/prosody'],
    instead: {
      'systemctl restart prosody': `prosody -F --config ${CONFIG}`,
      'prosodyctl register': `prosodyctl --config ${CONFIG} register`,
      [MODULE]: fileURLToPath(new URL(`../../${MODULE}`, import.meta.url)),
    },
    first: { [CONFIG]: 'run_as_root = true\n' },
  });
  await guide.follow('Calls within a domain', 'Files', 'Start');
});
afterAll(async () => {
  for (const { user } of users) await user.close();
  await proxy?.stop();
  await guide?.stop();
});

test('intercept guide - a call between two users is an INVITE between them', async () => {
  await guide.follow('Check');
  const target = { host: '127.0.0.1', port: guide.port(5600) };
  proxy = await startSipProxy({ port: guide.port(5060), target });
  const alice = await caller('alice@example.org', 'wonderland', guide.port(5222));
  const bob = await caller('bob@example.org', 'builder', guide.port(5222));
  users.push(alice, bob);
  const sid = await alice.initiate('bob@example.org');
  const initiate = await bob.nextJingle('session-initiate');
  const { requestUri, from } = proxy.calls[0]?.incoming.request ?? {};
  expect([requestUri, from?.uri]).toEqual(['sip:bob@example.org', 'sip:alice@example.org']);
  expect(initiate.attrs.from?.split('/')[0]).toBe('alice@example.org');
  await bob.accept(initiate);
  await alice.nextJingle('session-accept', sid);
  await alice.terminate('bob@example.org', sid, 'success');
  const { sid: other = '' } = jingleOf(initiate).attrs;
  expect(reasonOf(await bob.nextJingle('session-terminate', other))).toBe('success');
  expect(guide.notDone()).toEqual([]);
});
