import { X509Certificate } from 'node:crypto';
import { LOCALHOST, PROXY, STRANGER, TEST_CA } from '@stoxgate/sip-stack/testing';
import { MsrpPeer } from '@stoxgate/testkit';
import { afterEach, expect, test } from 'vitest';
import { EDGE, type OpenEndpoint, openEndpoint } from '../testing/open-endpoint.ts';

const opened: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of opened.splice(0)) await close();
});

const fingerprintOf = ({ cert }: { readonly cert: string }) => ({
  hash: 'sha-256',
  value: new X509Certificate(cert).fingerprint256,
});

async function secure(identity = LOCALHOST): Promise<{ open: OpenEndpoint; peer: MsrpPeer }> {
  const open = await openEndpoint({
    options: { tls: { port: 0, identity: { ...LOCALHOST, ca: TEST_CA } } },
  });
  const peer = await MsrpPeer.open({ tls: identity });
  opened.push(() => peer.close(), open.close);
  return { open, peer };
}

const connect = (
  open: OpenEndpoint,
  peer: MsrpPeer,
  role: 'active' | 'passive',
  fingerprints: { hash: string; value: string }[] = [],
): void =>
  open.endpoint.connect('o', {
    type: 'msrp.session.connect',
    edge: EDGE,
    session: 's1',
    peer: { path: [peer.path], role, fingerprints },
  });

test('msrp tls - active: the certificate names the host and is of a known authority', async () => {
  const { open, peer } = await secure();
  peer.expect(await open.session('s1', { isSecure: true }));
  connect(open, peer, 'active');
  expect(await open.event()).toMatchObject({ type: 'msrp.session.connected' });
  open.send('s1');
  expect((await peer.message()).text).toBe('hi');
});

test.each([
  ['of another authority', STRANGER],
  ['of another name', PROXY],
])(
  'msrp tls - active: a certificate %s is not trusted, unless its fingerprint is in the SDP',
  async (_name, identity) => {
    const { open, peer } = await secure(identity);
    await open.session('s1', { isSecure: true });
    connect(open, peer, 'active');
    expect(await open.event()).toEqual({ type: 'msrp.session.failed', session: 's1', cause: 'untrusted' });
    await open.session('s1', { isSecure: true });
    connect(open, peer, 'active', [fingerprintOf(identity)]);
    expect(await open.event()).toMatchObject({ type: 'msrp.session.connected' });
  },
);

test('msrp tls - active: a fingerprint that is not that of the certificate', async () => {
  const { open, peer } = await secure();
  await open.session('s1', { isSecure: true });
  connect(open, peer, 'active', [fingerprintOf(PROXY)]);
  expect(await open.event()).toMatchObject({ cause: 'untrusted' });
});

test('msrp tls - passive: who connects must have the certificate that his SDP names', async () => {
  const { open, peer } = await secure();
  const path = await open.session('s1', { isSecure: true });
  expect(path).toMatch(/^msrps:/);
  connect(open, peer, 'passive', [fingerprintOf(PROXY)]);
  const tls = { ca: TEST_CA };
  expect(await peer.connect(path, { tls })).toBe(403);
  expect(await peer.connect(path, { tls: { ...tls, ...STRANGER } })).toBe(403);
  expect(await peer.connect(path, { tls: { ...tls, ...PROXY } })).toBe(200);
  expect(await open.event()).toMatchObject({ type: 'msrp.session.connected' });
  expect(await peer.send('hi')).toBe(200);
});

test('msrp tls - a session over TLS is not found without it', async () => {
  const { open, peer } = await secure();
  await open.session('s1', { isSecure: true });
  expect(await peer.connect(`msrp://127.0.0.1:${open.endpoint.port}/s1;tcp`)).toBe(481);
});

test('msrp tls - our fingerprint is told, and changes with the certificate', async () => {
  const { open } = await secure();
  open.endpoint.open('o', { type: 'msrp.session.open', session: 's1', isSecure: true });
  expect(await open.event()).toMatchObject({ fingerprint: fingerprintOf(LOCALHOST) });
  open.endpoint.renewIdentity(PROXY);
  open.endpoint.open('o', { type: 'msrp.session.open', session: 's1', isSecure: true });
  expect(await open.event()).toMatchObject({ fingerprint: fingerprintOf(PROXY) });
});
