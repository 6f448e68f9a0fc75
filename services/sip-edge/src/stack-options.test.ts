import {
  certificateFile,
  LOCALHOST,
  outgoing,
  startLine,
  TcpPeer,
  TEST_CA,
  textRequest,
} from '@stoxgate/sip-stack/testing';
import { expect, test } from 'vitest';
import { openEdge, payloadOf } from './testing/open-edge.ts';

test('stack options - sip.tls: its port is told, files are read, a client without a certificate is refused', async () => {
  const tls = {
    port: 0,
    cert_file: certificateFile('test-localhost.cert'),
    key_file: certificateFile('test-localhost.key'),
    ca_file: certificateFile('test-ca.cert'),
  };
  const open = await openEdge({ sip: { tls } });
  const port = open.edge.ports?.['sip.tls.port'] ?? 0;
  const stranger = await TcpPeer.connect(port, { ca: TEST_CA });
  expect(await stranger.isClosed()).toBe(true);
  const peer = await TcpPeer.connect(port, { ...LOCALHOST, ca: TEST_CA });
  peer.say(textRequest({ method: 'INVITE', port: 9, via: 'SIP/2.0/TLS localhost:9;rport;branch=z9hG4bK-1' }));
  expect(startLine(await peer.hear())).toBe('SIP/2.0 100 Trying');
  expect(payloadOf(await open.event(), 'sip.request.received').source.protocol).toBe('tls');
  await expect.poll(() => open.metrics()).toContain('protocol="tls"');
  expect(await open.metrics()).toMatch(/^stoxgate_sip_certificate_expiry_seconds \d+/m);
  await peer.close();
  await stranger.close();
  await open.close();
});

test('stack options - without sip.tls there is no TLS port', async () => {
  const open = await openEdge();
  expect(open.edge.ports).toEqual({ 'sip.listen_port': open.edge.port });
  await open.close();
});

test('stack options - without sip.proxy_host the Request-URI says where a request goes', async () => {
  const open = await openEdge({ sip: { proxy_host: '', peers: ['127.0.0.1'] } });
  await open.command({
    type: 'sip.request.send',
    branch: 'z9hG4bK-9',
    request: outgoing('MESSAGE', { requestUri: `sip:romeo@127.0.0.1:${open.peer.port}` }),
  });
  expect(startLine(await open.peer.hear())).toBe(`MESSAGE sip:romeo@127.0.0.1:${open.peer.port} SIP/2.0`);
  await open.close();
});
