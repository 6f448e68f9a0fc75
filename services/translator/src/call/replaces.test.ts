import type { SipRequest } from '@stoxgate/contracts';
import { describe, expect, test } from 'vitest';
import { formatReferTo, formatReplaces, readReferTo, readReplaces, referredBy } from './replaces.ts';

const refer = (headers: Record<string, string[]>): SipRequest => ({
  method: 'REFER',
  requestUri: 'sip:a@b',
  maxForwards: 70,
  vias: [],
  from: { uri: 'sip:a@b', params: {} },
  to: { uri: 'sip:a@b', params: {} },
  callId: 'x',
  cseq: { number: 1, method: 'REFER' },
  contacts: [],
  recordRoutes: [],
  headers,
});

describe('Replaces', () => {
  test('Replaces - names a dialog by its Call-ID and both tags', () => {
    expect(readReplaces('12@host;from-tag=f;to-tag=t')).toEqual({
      callId: '12@host',
      toTag: 't',
      fromTag: 'f',
      earlyOnly: false,
    });
    expect(readReplaces('12 ; to-tag=t ;from-tag=f;early-only')?.earlyOnly).toBe(true);
  });

  test.each([
    '',
    ';to-tag=t;from-tag=f',
    'x',
    'x;to-tag=t',
    'x;from-tag=f',
    'x;to-tag=;from-tag=f',
    'x;to-tag=t;to-tag=t;from-tag=f',
    `${'x'.repeat(2000)};to-tag=t;from-tag=f`,
  ])('Replaces - %j is malformed', (value) => {
    expect(readReplaces(value)).toBeUndefined();
  });
});

describe('Refer-To', () => {
  test('Refer-To - what is written is read back, whatever the Call-ID', () => {
    const dialog = { callId: 'a%b@c!\'()*~<>?{}[]\\/:`"+', toTag: 't', fromTag: 'f' };
    const value = formatReferTo('sip:romeo@example.net', formatReplaces(dialog));
    expect(value).toMatch(/^<sip:romeo@example\.net\?Replaces=[A-Za-z0-9%._~-]+>$/);
    expect(readReferTo(refer({ 'refer-to': [value] }))).toEqual({
      uri: 'sip:romeo@example.net',
      replaces: { ...dialog, earlyOnly: false },
    });
  });

  test('Refer-To - other headers in the URI are passed over', () => {
    const value = '<sip:romeo@example.net?Subject=x&replaces=1%3Bto-tag%3Dt%3Bfrom-tag%3Df>';
    expect(readReferTo(refer({ 'refer-to': [value] }))?.replaces?.callId).toBe('1');
    expect(readReferTo(refer({ 'refer-to': ['<sip:romeo@example.net?Subject=x>'] }))).toEqual({
      uri: 'sip:romeo@example.net',
    });
    expect(readReferTo(refer({ 'refer-to': ['sip:romeo@example.net;method=INVITE'] }))).toBeDefined();
  });

  test.each([
    [[]],
    [['<sip:a@b>', '<sip:c@d>']],
    [['<sip:a@b;method=BYE>']],
    [['<sip:a@b?Replaces=%ZZ>']],
    [['<sip:a@b?Replaces=nothing>']],
    [['"unclosed <sip:a@b>']],
    [[`<sip:${'a'.repeat(2000)}@b>`]],
  ])('Refer-To - %j is none to follow', (values) => {
    expect(readReferTo(refer({ 'refer-to': values }))).toBeUndefined();
  });

  test('Refer-To - who refers, where it says so', () => {
    expect(referredBy(refer({ 'referred-by': ['"Romeo" <sip:romeo@example.net>;cid="1"'] }))).toBe(
      'sip:romeo@example.net',
    );
    expect(referredBy(refer({}))).toBeUndefined();
  });
});
