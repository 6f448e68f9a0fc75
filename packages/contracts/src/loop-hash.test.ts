import { expect, test } from 'vitest';
import { branchOf, loopHashIn, loopHashOf } from './loop-hash.ts';

const REQUEST = {
  requestUri: 'sip:romeo@example.net',
  from: { params: { tag: 'a' } },
  to: { params: {} },
  callId: 's1',
  cseq: 1,
  headers: {},
};

test('loop hash - the branch has the cookie and the hash, and is the same each time', () => {
  const branch = branchOf('abc', REQUEST);
  expect(branch).toMatch(/^z9hG4bKabc-[0-9a-f]{8}$/);
  expect(branchOf('abc', REQUEST)).toBe(branch);
  expect(loopHashIn(branch)).toBe(loopHashOf(REQUEST));
});

test('loop hash - the request that comes in has the hash of the one that went out', () => {
  expect(loopHashOf({ ...REQUEST, cseq: { number: 1 } })).toBe(loopHashOf(REQUEST));
  expect(loopHashOf({ ...REQUEST, headers: { route: ['<sip:us;lr>'], via: ['x'] } })).toBe(
    loopHashOf(REQUEST),
  );
});

test.each([
  ['Request-URI', { requestUri: 'sip:mercutio@example.net' }],
  ['From tag', { from: { params: { tag: 'b' } } }],
  ['To tag', { to: { params: { tag: 'b' } } }],
  ['Call-ID', { callId: 's2' }],
  ['CSeq number', { cseq: 2 }],
  ['Proxy-Require', { headers: { 'proxy-require': ['sec-agree'] } }],
])('loop hash - another %s gives another hash', (_, change) => {
  expect(loopHashOf({ ...REQUEST, ...change })).not.toBe(loopHashOf(REQUEST));
});

test('loop hash - it is found behind the number of the server that is tried, and in no other branch', () => {
  expect(loopHashIn('z9hG4bKabc-0a1b2c3d.2')).toBe('0a1b2c3d');
  for (const branch of ['z9hG4bKabc', 'z9hG4bK-0a1b2c3d', 'abc-0a1b2c3d', 'z9hG4bKabc-0a1b2c3d4']) {
    expect(loopHashIn(branch)).toBeUndefined();
  }
});
