import { textRequest } from '@stoxgate/sip-stack/testing';
import { expect, test } from 'vitest';
import { openEdge, payloadOf } from './testing/open-edge.ts';

test('SDP hosts - the event has the address, and what comes behind it waits', async () => {
  const open = await openEdge();
  try {
    const { peer, edge } = open;
    const body = 'v=0\r\no=- 1 1 IN IP4 localhost\r\ns=-\r\nc=IN IP4 localhost\r\nt=0 0\r\n';
    const lines = ['Content-Type: application/sdp'];
    await peer.say(textRequest({ port: peer.port, method: 'INVITE', lines, body }), edge.port);
    await peer.say(textRequest({ port: peer.port, method: 'CANCEL' }), edge.port);
    const { request } = payloadOf(await open.event(), 'sip.request.received');
    expect([request.method, request.body?.content]).toEqual([
      'INVITE',
      body.replace('c=IN IP4 localhost', 'c=IN IP4 127.0.0.1'),
    ]);
    expect(payloadOf(await open.event(), 'sip.request.received').request.method).toBe('CANCEL');
  } finally {
    await open.close();
  }
});
