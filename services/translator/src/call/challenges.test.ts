import type { SipResponse } from '@stoxgate/contracts';
import { describe, expect, test } from 'vitest';
import { type Challenge, challengesToAnswer } from './challenges.ts';

const proxy = (value: string): Challenge => ({ header: 'proxy-authenticate', value });
const server = (value: string): Challenge => ({ header: 'www-authenticate', value });

const response = (status: number, ...challenges: readonly Challenge[]): SipResponse => {
  const headers: Record<string, string[]> = {};
  for (const { header, value } of challenges) headers[header] = [...(headers[header] ?? []), value];
  const party = { uri: 'sip:a@b', params: {} };
  return {
    status,
    reason: '',
    vias: [],
    from: party,
    to: party,
    callId: 'c',
    cseq: { number: 1, method: 'INVITE' },
    contacts: [],
    recordRoutes: [],
    headers,
  };
};

const A1 = proxy('Digest realm="a", nonce="1"');
const A2 = proxy('Digest realm="a", nonce="2"');
const A_STALE = proxy('Digest realm="a", nonce="2", stale=TRUE');
const A_SHA = proxy('Digest realm="a", nonce="1", algorithm=SHA-256');
const A_SERVER = server('Digest realm="a", nonce="1"');

describe('challenges', () => {
  test.each<[string, Challenge[], SipResponse, Challenge[] | undefined]>([
    ['the first is answered', [], response(407, A1), [A1]],
    ['two algorithms of one realm are kept', [], response(407, A_SHA, A1), [A_SHA, A1]],
    ['the same realm again: our answer was wrong', [A1], response(407, A2), undefined],
    ['a stale nonce is answered once', [A1], response(407, A_STALE), [A_STALE]],
    ['and not twice', [A_STALE], response(407, A_STALE), undefined],
    ['a server behind the proxy has its own realm', [A1], response(401, A_SERVER), [A1, A_SERVER]],
    ['a 407 without a challenge', [], response(407), undefined],
    ['a 401 with the header of a 407', [], response(401, A1), undefined],
  ])('challenges - %s', (_, answered, asked, expected) => {
    expect(challengesToAnswer(answered, asked)).toEqual(expected);
  });
});
