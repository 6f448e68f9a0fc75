import type { SipResponse } from '@stoxgate/contracts';
import { expect, test } from 'vitest';
import { type Asked, isContactOf, registerOutcome, renewAfterMs, retryAfterMs } from './register-outcome.ts';

const OURS = 'sip:gw@192.0.2.1:5600';
const isOurs = (uri: string) => isContactOf({ user: 'gw', host: '192.0.2.1', port: 5600 }, uri);
const asked: Asked = { expires: 600, challenges: [] };

const response = (
  status: number,
  headers: SipResponse['headers'] = {},
  contacts: SipResponse['contacts'] = [],
): SipResponse => ({
  status,
  reason: '',
  vias: [],
  from: { uri: 'sip:a@b', params: {} },
  to: { uri: 'sip:a@b', params: {} },
  callId: 'c',
  cseq: { number: 1, method: 'REGISTER' },
  contacts,
  recordRoutes: [],
  headers,
});
const outcome = (given: SipResponse, of: Asked = asked) => registerOutcome(of, given, isOurs);
const www = (value: string) => ({ 'www-authenticate': [value] });

test('registration - what is granted stands at our Contact, else in Expires, else it is what was asked', () => {
  const other = { uri: 'sip:gw@192.0.2.2:5600', params: { expires: '10' } };
  const ours = { uri: `${OURS};ob`, params: { expires: '120' } };
  expect(outcome(response(200, { expires: ['300'] }, [other, ours]))).toEqual({
    kind: 'granted',
    seconds: 120,
  });
  expect(outcome(response(200, { expires: ['300'] }, [other]))).toEqual({ kind: 'granted', seconds: 300 });
  expect(outcome(response(202))).toEqual({ kind: 'granted', seconds: 600 });
  expect(outcome(response(200, { expires: ['9999999'] }))).toEqual({ kind: 'granted', seconds: 86_400 });
});

test.each([
  ['sip:gw@192.0.2.1:5600', true],
  ['sip:gw@192.0.2.1:5600;transport=tcp;x=y', true],
  ['sip:gw@192.0.2.1', false],
  ['sip:gw@192.0.2.1:5601', false],
  ['sip:GW@192.0.2.1:5600', false],
  ['sip:gw@192.0.2.2:5600', false],
  ['nonsense', false],
])('registration - %s is our Contact: %s', (uri, is) => {
  expect(isOurs(uri)).toBe(is);
  expect(isContactOf({ user: 'gw', host: '2001:db8::1', port: 5060 }, 'sip:gw@[2001:db8::1]')).toBe(true);
});

test('registration - a challenge is answered once, again when only its nonce was old; that of a proxy beside it', () => {
  const first = outcome(response(401, www('Digest realm="r", nonce="1"')));
  const answered = {
    expires: 600,
    challenges: [{ header: 'www-authenticate', value: 'Digest realm="r", nonce="1"' }],
  };
  expect(first).toEqual({ kind: 'again', asked: answered });
  const next = first.kind === 'again' ? first.asked : asked;
  expect(outcome(response(401, www('Digest realm="r", nonce="2"')), next)).toEqual({
    kind: 'refused',
    cause: '401',
  });
  expect(outcome(response(401, www('Digest realm="r", nonce="2", stale=TRUE')), next)).toMatchObject({
    kind: 'again',
    asked: { challenges: [{ value: 'Digest realm="r", nonce="2", stale=TRUE' }] },
  });
  expect(
    outcome(response(407, { 'proxy-authenticate': ['Digest realm="p", nonce="3"'] }), next),
  ).toMatchObject({
    kind: 'again',
    asked: { challenges: [{ header: 'www-authenticate' }, { header: 'proxy-authenticate' }] },
  });
  expect(outcome(response(401))).toEqual({ kind: 'refused', cause: '401' });
});

test('registration - an interval that is too brief is made as long as the registrar wants it, within a day', () => {
  expect(outcome(response(423, { 'min-expires': ['1800'] }))).toEqual({
    kind: 'again',
    asked: { ...asked, expires: 1800 },
  });
  for (const least of ['600', '86401', 'x']) {
    expect(outcome(response(423, { 'min-expires': [least] }))).toEqual({ kind: 'refused', cause: '423' });
  }
  expect(outcome(response(423, { 'min-expires': ['60'] }), { ...asked, expires: 0 }).kind).toBe('refused');
});

test('registration - other answers refuse it, for as long as Retry-After says', () => {
  expect(outcome(response(403))).toEqual({ kind: 'refused', cause: '403' });
  expect(outcome(response(302))).toEqual({ kind: 'refused', cause: '302' });
  const busy = response(503, { 'retry-after': ['120 (busy);duration=5'] });
  expect(outcome(busy)).toEqual({ kind: 'refused', cause: '503', retryAfterMs: 120_000 });
});

test.each([
  [60, 30_000],
  [64, 32_000],
  [100, 68_000],
  [3600, 3_240_000],
])('registration - what is granted for %d s is renewed after %d ms', (seconds, ms) => {
  expect(renewAfterMs(seconds)).toBe(ms);
});

test('registration - after failures it is tried again ever later, half an hour at last, not by all at once', () => {
  expect([1, 2, 3, 7, 100].map((failures) => retryAfterMs(failures, 1))).toEqual([
    30_000, 60_000, 120_000, 1_800_000, 1_800_000,
  ]);
  expect(retryAfterMs(1, 0)).toBe(15_000);
});
