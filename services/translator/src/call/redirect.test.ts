import type { SipResponse } from '@stoxgate/contracts';
import { expect, test } from 'vitest';
import { POLICY } from '../testing/pair-world.ts';
import type { OutLeg } from './call-session.ts';
import { nextTarget, type Redirection } from './redirect.ts';
import { Turn } from './turn.ts';

const turn = (maxRedirects: number) =>
  new Turn({ ...POLICY, maxRedirects }, undefined, {} as ConstructorParameters<typeof Turn>[2]);
const legWith = (redirection?: Redirection) =>
  ({
    state: 'calling',
    invite: { request: { requestUri: 'sip:a@x', to: { uri: 'sip:a@x', params: {} } } },
    redirection,
  }) as unknown as OutLeg;
const redirected = (status: number, ...contacts: [string, string?][]) =>
  ({
    status,
    contacts: contacts.map(([uri, q]) => ({ uri, params: q === undefined ? {} : { q } })),
  }) as unknown as SipResponse;
const targetOf = (found: ReturnType<typeof nextTarget>) => found?.request.requestUri;

test('redirect - contacts by q, no more than may be tried, none twice', () => {
  const response = redirected(302, ['sip:low@x', '0.1'], ['sip:a@x'], ['sip:high@x', '0.9'], ['sip:top@x']);
  const first = nextTarget(turn(2), legWith(), response);
  expect(targetOf(first)).toBe('sip:top@x');
  expect(first?.redirection).toEqual({ targets: ['sip:high@x'], tried: ['sip:top@x'] });
  const second = nextTarget(turn(2), legWith(first?.redirection), redirected(486));
  expect(targetOf(second)).toBe('sip:high@x');
  expect(nextTarget(turn(2), legWith(second?.redirection), response)).toBeUndefined();
});

test('redirect - another contact is tried after a failure or silence, not after a 6xx', () => {
  const left = legWith({ targets: ['sip:b@x'], tried: ['sip:c@x'] });
  expect(targetOf(nextTarget(turn(5), left))).toBe('sip:b@x');
  expect(targetOf(nextTarget(turn(5), left, redirected(404)))).toBe('sip:b@x');
  expect(nextTarget(turn(5), left, redirected(603))).toBeUndefined();
});

test('redirect - off by configuration, for 380, and for what is no SIP URI', () => {
  expect(nextTarget(turn(0), legWith(), redirected(302, ['sip:b@x']))).toBeUndefined();
  expect(nextTarget(turn(5), legWith(), redirected(380, ['sip:b@x']))).toBeUndefined();
  const others = redirected(302, ['sips:b@x'], ['mailto:b@x'], ['sip:']);
  expect(nextTarget(turn(5), legWith(), others)).toBeUndefined();
});
