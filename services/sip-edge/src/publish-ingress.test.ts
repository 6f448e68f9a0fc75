import { headerOf, startLine, textRequest } from '@stoxgate/sip-stack/testing';
import { afterEach, expect, test } from 'vitest';
import { type EdgeSettings, type OpenEdge, openEdge } from './testing/open-edge.ts';

let open: OpenEdge | undefined;
afterEach(() => open?.close());

const publish = async (uri: string, settings: EdgeSettings = {}, to?: string): Promise<OpenEdge> => {
  open = await openEdge({ presence: { mode: 'sip', compositor: true }, ...settings });
  const { peer, edge } = open;
  const request = textRequest({ port: peer.port, method: 'PUBLISH', uri });
  await peer.say(to === undefined ? request : request.replace(/^To: .*$/m, `To: <${to}>`), edge.port);
  return open;
};

test('publish - PUBLISH belongs to what is published of its target, as the XMPP side names it', async () => {
  const { event } = await publish('sip:Romeo@SIP.test');
  expect((await event()).key).toBe('published:sip:romeo@sip.test');
});

test('publish - a proxy that put our host into the target does not hide whom it is for', async () => {
  const { event } = await publish('sip:romeo@127.0.0.1', {}, 'sip:romeo@sip.test');
  expect((await event()).key).toBe('published:sip:romeo@sip.test');
});

test.each(['sip:romeo@elsewhere.test', 'sip:alice@xmpp.test'])(
  'publish - of %s nothing is published here',
  async (uri) => {
    const { peer } = await publish(uri, {}, uri);
    expect(startLine(await peer.hear())).toMatch(/^SIP\/2.0 404 /);
  },
);

test.each([{ mode: 'local', compositor: true }, { mode: 'sip' }])(
  'publish - where it is of no use, PUBLISH is not allowed: %j',
  async (presence) => {
    const { peer } = await publish('sip:romeo@sip.test', { presence });
    const answer = await peer.hear();
    expect(startLine(answer)).toMatch(/^SIP\/2.0 405 /);
    expect(headerOf(answer, 'allow')).not.toContain('PUBLISH');
  },
);

test.each([
  { bosh_url: 'https://xmpp.test/bosh' },
  { transport: 'client', client_urls: [{ domain: 'xmpp.test', url: 'xmpps://xmpp.test' }] },
])('publish - it is of use for phones, however they log in: %j', async (phones) => {
  const { event } = await publish('sip:romeo@sip.test', { presence: {}, phones });
  expect((await event()).key).toBe('published:sip:romeo@sip.test');
});
