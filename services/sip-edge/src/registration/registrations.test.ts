import { headerOf, startLine, textResponse, UdpPeer } from '@stoxgate/sip-stack/testing';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type OpenEdge, openEdge } from '../testing/open-edge.ts';

const TRUNK = { aor: '+4930111@trunk.test', username: 'line', password: 'open sesame', expires: 600 };

let open: OpenEdge;
let registrar: UdpPeer;
beforeEach(async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date', 'performance'] });
  registrar = await UdpPeer.open();
});
afterEach(async () => {
  await open.close();
  await registrar.close();
});

const openWith = async (registration: object = {}, sip: object = {}): Promise<void> => {
  const at = { registrar: `127.0.0.1:${registrar.port}` };
  open = await openEdge({ sip: { ...sip, registrations: [{ ...TRUNK, ...at, ...registration }] } });
};
const answer = (request: string, status: number, lines: readonly string[] = []) =>
  registrar.say(textResponse(request, status, { toTag: 'r', lines }), open.edge.port);
const metric = (name: string) =>
  open.metrics().then((text) => text.split('\n').filter((line) => line.startsWith(name)));

/** Time passes until the registrar hears something. */
async function heardWithin(ms: number): Promise<string> {
  const heard = registrar.hear();
  await vi.advanceTimersByTimeAsync(ms);
  return heard;
}

test('registrations - our Contact is registered, with credentials when asked for, and renewed in time', async () => {
  await openWith();
  const first = await registrar.hear();
  expect(startLine(first)).toBe('REGISTER sip:trunk.test SIP/2.0');
  expect(headerOf(first, 'to')).toBe('<sip:+4930111@trunk.test>');
  expect(headerOf(first, 'contact')).toBe(`<sip:+4930111@127.0.0.1:${open.edge.port}>;expires=600`);
  expect(headerOf(first, 'route')).toBe(`<sip:127.0.0.1:${registrar.port};lr>`);
  expect(headerOf(first, 'supported')).toBe('path');
  expect(headerOf(first, 'authorization')).toBeUndefined();
  await answer(first, 401, [
    'WWW-Authenticate: Digest realm="trunk.test", nonce="n1", qop="auth", algorithm=SHA-256',
  ]);
  const second = await registrar.hear();
  expect(headerOf(second, 'authorization')).toMatch(/username="line", realm="trunk.test", nonce="n1"/);
  expect(headerOf(second, 'cseq')).toBe('2 REGISTER');
  expect(headerOf(second, 'call-id')).toBe(headerOf(first, 'call-id'));
  expect(headerOf(second, 'from')).toBe(headerOf(first, 'from'));
  await answer(second, 200, [
    `Contact: ${headerOf(second, 'contact')?.replace('600', '100')}`,
    'Expires: 600',
  ]);
  await expect
    .poll(() => metric('stoxgate_sip_registrations{'))
    .toEqual([
      'stoxgate_sip_registrations{state="registered"} 1',
      'stoxgate_sip_registrations{state="unregistered"} 0',
    ]);
  expect(startLine(await heardWithin(68_000))).toBe('REGISTER sip:trunk.test SIP/2.0');
  expect(JSON.stringify(open.log)).not.toContain('sesame');
});

test('registrations - by the proxy where no registrar is named; an instance where it is asked for', async () => {
  await openWith({ registrar: '', instance: true, contact_user: 'gate' });
  const request = await open.peer.hear();
  expect(headerOf(request, 'route')).toBeUndefined();
  expect(headerOf(request, 'contact')).toMatch(
    /^<sip:gate@127\.0\.0\.1:\d+>;expires=600;\+sip\.instance="<urn:uuid:[0-9a-f-]{36}>";reg-id=1$/,
  );
  expect(headerOf(request, 'supported')).toBe('path, outbound');
});

test('registrations - a longer interval that the registrar wants is kept', async () => {
  await openWith();
  await answer(await registrar.hear(), 423, ['Min-Expires: 1800']);
  const longer = await registrar.hear();
  expect(headerOf(longer, 'expires')).toBe('1800');
  await answer(longer, 200);
  await vi.waitFor(() =>
    expect(open.log).toContainEqual(expect.objectContaining({ msg: 'registered', seconds: 1800 })),
  );
  expect(headerOf(await heardWithin(1_620_000), 'expires')).toBe('1800');
});

test('registrations - what is refused or unanswered is told, counted and tried again', async () => {
  await openWith();
  await answer(await registrar.hear(), 403);
  await vi.waitFor(() =>
    expect(open.log).toContainEqual(expect.objectContaining({ msg: 'not registered', cause: '403' })),
  );
  const again = await heardWithin(30_000);
  expect(headerOf(again, 'cseq')).toBe('2 REGISTER');
  await vi.advanceTimersByTimeAsync(33_000);
  await expect
    .poll(() => metric('stoxgate_sip_register_failures_total{'))
    .toEqual([
      'stoxgate_sip_register_failures_total{cause="403"} 1',
      'stoxgate_sip_register_failures_total{cause="timeout"} 1',
    ]);
});

test('registrations - an edge that drains takes its Contact back, with credentials, before it has no more to do', async () => {
  await openWith();
  await answer(await registrar.hear(), 200);
  await vi.waitFor(() => expect(open.log).toContainEqual(expect.objectContaining({ msg: 'registered' })));
  const drained = open.edge.drain(30_000);
  const request = await registrar.hear();
  expect(headerOf(request, 'expires')).toBe('0');
  expect(headerOf(request, 'contact')).toMatch(/;expires=0$/);
  await answer(request, 401, ['WWW-Authenticate: Digest realm="r", nonce="n"']);
  const authorized = await registrar.hear();
  expect(headerOf(authorized, 'authorization')).toContain('username="line"');
  await answer(authorized, 200);
  await vi.advanceTimersByTimeAsync(100);
  await drained;
});

test('registrations - a Contact that edges share stays', async () => {
  await openWith({ unregister: false });
  await answer(await registrar.hear(), 200);
  await vi.waitFor(() => expect(open.log).toContainEqual(expect.objectContaining({ msg: 'registered' })));
  await open.edge.drain(30_000);
  await expect(registrar.hear(50)).rejects.toThrow('Nothing was heard.');
});

test('registrations - a registrar that is away delays the drain little', async () => {
  await openWith();
  await answer(await registrar.hear(), 200);
  await vi.waitFor(() => expect(open.log).toContainEqual(expect.objectContaining({ msg: 'registered' })));
  let isDrained = false;
  const drained = open.edge.drain(2000).then(() => {
    isDrained = true;
  });
  expect(headerOf(await registrar.hear(), 'expires')).toBe('0');
  await vi.advanceTimersByTimeAsync(1900);
  expect(isDrained).toBe(false);
  await vi.advanceTimersByTimeAsync(200);
  await drained;
});

test('registrations - the password answers challenges of messages and calls, too, each that of its account', async () => {
  const other = { ...TRUNK, aor: '+4930999@trunk.test', username: 'other line' };
  open = await openEdge({ sip: { registrations: [other, TRUNK] } });
  await open.peer.hear();
  await open.command({
    type: 'sip.request.send',
    branch: 'z9hG4bK-c',
    challenges: [{ header: 'proxy-authenticate', value: 'Digest realm="trunk.test", nonce="n"' }],
    request: {
      method: 'MESSAGE',
      requestUri: 'sip:+4930222@trunk.test',
      routes: [],
      from: { uri: 'sip:+4930111@trunk.test', params: { tag: 'a' } },
      to: { uri: 'sip:+4930222@trunk.test', params: {} },
      callId: 'm',
      cseq: 1,
      maxForwards: 70,
      headers: {},
    },
  });
  await vi.waitFor(async () => {
    const message = await open.peer.hear(200);
    expect(startLine(message)).toMatch(/^MESSAGE/);
    expect(headerOf(message, 'proxy-authorization')).toContain('username="line"');
  });
});
