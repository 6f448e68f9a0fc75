import { headerOf, startLine, textRequest } from '@stoxgate/sip-stack/testing';
import { parseSdp } from '@stoxgate/wire-sdp';
import { afterEach, expect, test } from 'vitest';
import { type EdgeSettings, type OpenEdge, openEdge } from './testing/open-edge.ts';

const edges: OpenEdge[] = [];
afterEach(async () => {
  for (const edge of edges.splice(0)) await edge.close();
});

async function asker(settings: EdgeSettings = {}) {
  const open = await openEdge({ messages: { msrp: { enabled: true, max_bytes: 10_000 } }, ...settings });
  edges.push(open);
  return async (lines: readonly string[] = [], branch = 'z9hG4bK-1'): Promise<string> => {
    const { peer, edge } = open;
    await peer.say(
      textRequest({ method: 'OPTIONS', port: peer.port, uri: 'sip:alice@xmpp.test', branch, lines }),
      edge.port,
    );
    const response = await peer.hear();
    expect(startLine(response)).toBe('SIP/2.0 200 OK');
    return response;
  };
}

const bodyOf = (response: string): string => response.slice(response.indexOf('\r\n\r\n') + 4);

test('media capabilities - OPTIONS is answered with what media we take, no port of them open', async () => {
  const ask = await asker({ sip: { sdp_origin: '192.0.2.1' } });
  const response = await ask();
  expect(headerOf(response, 'content-type')).toBe('application/sdp');
  expect(bodyOf(response).replace(/^o=- \d+/m, 'o=- ID')).toBe(
    [
      'v=0',
      'o=- ID 1 IN IP4 192.0.2.1',
      's=-',
      'c=IN IP4 192.0.2.1',
      't=0 0',
      'm=audio 0 RTP/AVP 96 8 0 99',
      'a=rtpmap:96 opus/48000/2',
      'a=rtpmap:8 PCMA/8000',
      'a=rtpmap:0 PCMU/8000',
      'a=rtpmap:99 telephone-event/8000',
      'm=message 0 TCP/MSRP *',
      'a=accept-types:message/cpim text/plain text/html application/im-iscomposing+xml',
      'a=accept-wrapped-types:*',
      'a=max-size:10000',
      '',
    ].join('\r\n'),
  );
  expect(parseSdp(bodyOf(response)).ok).toBe(true);
});

test('media capabilities - each answer has a session id of its own, a repeated request the same', async () => {
  const ask = await asker();
  const idOf = (response: string) => /^o=- (\d+)/m.exec(response)?.[1];
  const ids = [await ask(), await ask(), await ask([], 'z9hG4bK-2')].map(idOf);
  expect(ids[0]).toBe(ids[1]);
  expect(ids[2]).not.toBe(ids[0]);
});

test.each([
  ['Accept: application/sdp', true],
  ['Accept: text/plain;q=0.5, Application/SDP', true],
  ['Accept: application/*', true],
  ['Accept: */*', true],
  ['Accept: text/plain', false],
  ['Accept:', false],
])('media capabilities - %s: SDP %s', async (line, isTold) => {
  const ask = await asker();
  expect(bodyOf(await ask([line]))).toMatch(isTold ? /^m=message 0 TCP\/MSRP \*/m : /^$/);
});

test('media capabilities - TLS, video and many channels where they are configured', async () => {
  const ask = await asker({
    messages: { msrp: { enabled: true, tls_port: 2856 } },
    calls: { delayed_offer_codecs: ['opus/48000/2'], delayed_offer_video_codecs: ['VP8/90000'] },
  });
  const body = bodyOf(await ask());
  for (const line of ['m=message 0 TCP/TLS/MSRP *', 'm=video 0 RTP/AVP 96', 'a=rtpmap:96 opus/48000/2']) {
    expect(body).toContain(line);
  }
});

test('media capabilities - without an MSRP endpoint nothing is said of media', async () => {
  const ask = await asker({ messages: {} });
  expect(bodyOf(await ask())).toBe('');
});
