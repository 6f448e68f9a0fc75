import { expect, test } from 'vitest';
import { parseSipMessage } from './parse.ts';
import type { ParseResult } from './parse-result.ts';
import { serializeFault } from './serialize.ts';
import { TORTURE_INVALID } from './testing/torture-invalid.ts';
import { TORTURE_VALID } from './testing/torture-valid.ts';

const outcomeOf = (result: ParseResult): 'request' | 'response' | 'drop' | number =>
  result.ok ? result.kind : (result.fault.status ?? 'drop');

test.each(TORTURE_VALID)('torture - $name is accepted as $owed', ({ bytes, owed }) => {
  expect(outcomeOf(parseSipMessage(bytes)), JSON.stringify(parseSipMessage(bytes))).toBe(owed);
});

test.each(TORTURE_INVALID)('torture - $name is owed $owed', ({ bytes, owed }) => {
  const result = parseSipMessage(bytes);
  expect(outcomeOf(result), JSON.stringify(result)).toBe(owed);
});

test.each(TORTURE_INVALID.filter(({ owed }) => typeof owed === 'number'))(
  'torture - the answer to $name can be parsed by its sender when the fields are there',
  ({ bytes, name, owed }) => {
    const result = parseSipMessage(bytes);
    const answer = result.ok ? undefined : serializeFault(result.fault, { toTag: 'us' });
    expect(answer).toBeDefined();
    const echoed = parseSipMessage(answer ?? new Uint8Array());
    const unreadable = ['insuf', 'scalar02', 'quotbal', 'badaspec'].includes(name);
    expect(echoed.ok).toBe(!unreadable);
    if (echoed.ok && echoed.kind === 'response') {
      expect(echoed.message.status).toBe(owed);
      expect(echoed.message.to.params.tag).toBe('us');
    }
  },
);

const requestOf = (name: string) => {
  const found = TORTURE_VALID.find((message) => message.name === name);
  const result = parseSipMessage(found?.bytes ?? new Uint8Array());
  if (!result.ok) throw new Error(`${name}: ${result.fault.phrase}`);
  return result;
};

test('torture - wsinv is read to the last parameter', () => {
  const { message, topVia } = requestOf('wsinv');
  expect(message).toMatchObject({
    requestUri: 'sip:vivekg@chair-dnrc.example.com;unknownparam',
    maxForwards: 68,
    from: { displayName: 'J Rosenberg \\"', uri: 'sip:jdrosen@example.com', params: { tag: '98asjd8' } },
    to: { uri: 'sip:vivekg@chair-dnrc.example.com', params: { tag: '1918181833n' } },
    callId: 'wsinv.ndaksdj@192.0.2.1',
    cseq: { number: 9, method: 'INVITE' },
    contacts: [
      {
        displayName: 'Quoted string ""',
        uri: 'sip:jdrosen@example.com',
        params: { newparam: 'newvalue', secondparam: '', q: '0.33' },
      },
    ],
    headers: {
      subject: [''],
      newfangledheader: ['newfangled value continued newfangled value'],
      unknownheaderwithunusualvalue: [';;,,;;,;'],
      route: ['<sip:services.example.com;lr;unknownwith=value;unknown-no-value>'],
    },
  });
  expect(topVia).toMatchObject({ transport: 'UDP', host: '192.0.2.2', branch: '390skdjuw' });
  expect(message.vias).toEqual([
    'SIP  /   2.0 /UDP 192.0.2.2;branch=390skdjuw',
    'SIP  / 2.0  / TCP     spindle.example.com   ; branch  =   z9hG4bK9ikj8',
    'SIP  /    2.0   / UDP  192.168.255.111   ; branch= z9hG4bK30239',
  ]);
  expect(message.body?.content).toContain('m=video 3227 RTP/AVP 31\r\n');
});

test('torture - intmeth keeps every odd character', () => {
  const { message } = requestOf('intmeth');
  expect(message.to.displayName).toBe('BEL:\x07 NUL:\0 DEL:\x7f');
  expect(message.callId).toBe('intmeth.word%ZK-!.*_+\'@word`~)(><:\\/"][?}{');
  expect(message.from.params["fromparam''~+*_!.-%"]).toBe('"работающий"');
  expect(message.headers["extensionheader-!.%*+_`'~"]).toEqual(['\ufeff大停電']);
});

test('torture - unreason keeps a UTF-8 reason, noreason has an empty one', () => {
  expect(requestOf('unreason').message).toMatchObject({
    reason: '= 2**3 * 5**2 но сто девяносто девять - простое',
  });
  expect(requestOf('noreason').message).toMatchObject({ status: 100, reason: '' });
});

test('torture - dblreq ends where Content-Length says', () => {
  expect(requestOf('dblreq').message.body).toBeUndefined();
});

test('torture - inv2543 gets 70 hops and a body without Content-Length', () => {
  const { message } = requestOf('inv2543');
  expect(message).toMatchObject({ maxForwards: 70, body: { contentType: 'application/sdp' } });
});
