import type { SipBody } from '@stoxgate/contracts';
import { afterEach, expect, test, vi } from 'vitest';
import { hostNamesIn, withAddresses } from './sdp-hosts.ts';

afterEach(() => {
  vi.useRealTimers();
});

const body = (...lines: string[]): SipBody => ({
  contentType: 'application/sdp',
  content: ['v=0', 'o=- 1 1 IN IP4 phone.test', 's=-', ...lines, ''].join('\r\n'),
  encoding: 'utf8',
});

test('SDP hosts - only host names in c= are names', () => {
  expect(
    hostNamesIn(body('c=IN IP4 phone.test', 'm=audio 1 RTP/AVP 0', 'c=IN IP6 a-b.test', 'a=c=IN IP4 x')),
  ).toEqual(['phone.test', 'a-b.test']);
  const addresses = ['IP4 192.0.2.1', 'IP6 2001:db8::abcd', 'IP6 ::1', 'IP4 224.2.1.1/127', 'IP4 0.0.0.0'];
  expect(hostNamesIn(body(...addresses.map((address) => `c=IN ${address}`)))).toEqual([]);
  expect(hostNamesIn(undefined)).toEqual([]);
  expect(hostNamesIn({ ...body('c=IN IP4 phone.test'), encoding: 'base64' })).toEqual([]);
});

test('SDP hosts - more names than a description has are not looked up', () => {
  expect(hostNamesIn(body(...[1, 2, 3, 4, 5].map((n) => `c=IN IP4 h${n}.test`)))).toEqual([]);
});

test('SDP hosts - the address stands in place of the name, IPv4 first, with its family', async () => {
  const known: Readonly<Record<string, readonly string[]>> = {
    'both.test': ['2001:db8::1', '192.0.2.7'],
    'six.test': ['2001:db8::2'],
  };
  const dns = { addresses: async (name: string) => known[name] ?? [] };
  const lines = ['c=IN IP4 both.test', 'c=IN IP4 six.test', 'c=IN IP4 192.0.2.1'];
  const { content } = await withAddresses(body(...lines), ['both.test', 'six.test'], dns);
  expect(content).toBe(body('c=IN IP4 192.0.2.7', 'c=IN IP6 2001:db8::2', 'c=IN IP4 192.0.2.1').content);
});

test('SDP hosts - a name without address, or late, stays', async () => {
  vi.useFakeTimers();
  const given = body('c=IN IP4 gone.test', 'c=IN IP4 slow.test');
  const dns = {
    addresses: (name: string): Promise<readonly string[]> =>
      name === 'gone.test' ? Promise.reject(new Error('ENOTFOUND')) : new Promise(() => undefined),
  };
  const done = withAddresses(given, ['gone.test', 'slow.test'], dns);
  await vi.advanceTimersByTimeAsync(2000);
  expect(await done).toEqual(given);
});
