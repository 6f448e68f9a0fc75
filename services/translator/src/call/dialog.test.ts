import type { NameAddr, OutgoingSipRequest, SipRequest, SipResponse } from '@stoxgate/contracts';
import { describe, expect, test } from 'vitest';
import { afterRequest, type Dialog, dialogOfRequest, dialogOfResponse, isOutOfOrder } from './dialog.ts';
import { ackIn, requestIn } from './dialog-request.ts';

const address = (uri: string, tag?: string): NameAddr => ({
  uri,
  params: tag === undefined ? {} : { tag },
});

const sent: OutgoingSipRequest = {
  method: 'INVITE',
  requestUri: 'sip:romeo@example.net',
  routes: [],
  from: address('sip:juliet@example.org', 'l'),
  to: address('sip:romeo@example.net'),
  callId: 'c',
  cseq: 7,
  maxForwards: 70,
  headers: {},
};

const answer = (parts: Partial<SipResponse> = {}): SipResponse => ({
  status: 200,
  reason: 'OK',
  vias: [],
  from: sent.from,
  to: address('sip:romeo@example.net', 'r'),
  callId: 'c',
  cseq: { number: 7, method: 'INVITE' },
  contacts: [address('sip:romeo@192.0.2.5')],
  recordRoutes: ['<sip:near-them;lr>', '<sip:near-us;lr>'],
  headers: {},
  ...parts,
});

const received = (method: string, number: number, parts: Partial<SipRequest> = {}): SipRequest => ({
  method,
  requestUri: 'sip:juliet@example.org',
  maxForwards: 70,
  vias: [],
  from: address('sip:romeo@example.net', 'r'),
  to: address('sip:juliet@example.org'),
  callId: 'c',
  cseq: { number, method },
  contacts: [address('sip:romeo@192.0.2.5')],
  recordRoutes: ['<sip:near-us;lr>', '<sip:near-them;lr>'],
  headers: {},
  ...parts,
});

describe('dialog', () => {
  test('dialog - at the caller: route set reversed, CSeq of the INVITE, target from Contact', () => {
    expect(dialogOfResponse(sent, answer())).toEqual({
      callId: 'c',
      localTag: 'l',
      remoteTag: 'r',
      localCseq: 7,
      localUri: 'sip:juliet@example.org',
      remoteUri: 'sip:romeo@example.net',
      remoteTarget: 'sip:romeo@192.0.2.5',
      routeSet: ['<sip:near-us;lr>', '<sip:near-them;lr>'],
      secure: false,
    });
  });

  test('dialog - at the caller: neither Contact nor To tag in the 2xx is tolerated', () => {
    const dialog = dialogOfResponse(sent, answer({ contacts: [], to: address('sip:romeo@example.net') }));
    expect(dialog).toMatchObject({ remoteTag: '', remoteTarget: 'sip:romeo@example.net' });
    expect(requestIn(dialog, 'BYE').request.to.params).toEqual({});
  });

  test('dialog - at the callee: route set in order, remote CSeq of the INVITE', () => {
    expect(dialogOfRequest(received('INVITE', 9), 'l')).toEqual({
      callId: 'c',
      localTag: 'l',
      remoteTag: 'r',
      localCseq: 0,
      remoteCseq: 9,
      localUri: 'sip:juliet@example.org',
      remoteUri: 'sip:romeo@example.net',
      remoteTarget: 'sip:romeo@192.0.2.5',
      routeSet: ['<sip:near-us;lr>', '<sip:near-them;lr>'],
      secure: false,
    });
  });

  test('dialog - a lower CSeq is out of order, an equal or higher one is not', () => {
    const dialog = dialogOfRequest(received('INVITE', 9), 'l');
    expect([8, 9, 10].map((number) => isOutOfOrder(dialog, received('INFO', number)))).toEqual([
      true,
      false,
      false,
    ]);
  });

  test.each([
    ['UPDATE', 200, 'sip:romeo@192.0.2.9'],
    ['INVITE', 200, 'sip:romeo@192.0.2.9'],
    ['INVITE', 488, 'sip:romeo@192.0.2.5'],
    ['INFO', 200, 'sip:romeo@192.0.2.5'],
  ])('dialog - the remote target after %s and %d is %s', (method, status, target) => {
    const dialog = dialogOfRequest(received('INVITE', 9), 'l');
    const request = received(method, 10, { contacts: [address('sip:romeo@192.0.2.9')] });
    expect(afterRequest(dialog, request, status)).toMatchObject({ remoteCseq: 10, remoteTarget: target });
  });
});

describe('request in a dialog', () => {
  const dialog: Dialog = dialogOfResponse(sent, answer());

  test('request in a dialog - loose routing: target in the Request-URI, routes as they are', () => {
    const { request, dialog: next } = requestIn(dialog, 'BYE');
    expect(request).toMatchObject({
      method: 'BYE',
      requestUri: 'sip:romeo@192.0.2.5',
      routes: ['<sip:near-us;lr>', '<sip:near-them;lr>'],
      cseq: 8,
      from: address('sip:juliet@example.org', 'l'),
      to: address('sip:romeo@example.net', 'r'),
    });
    expect(next.localCseq).toBe(8);
  });

  test('request in a dialog - strict routing: first route in the Request-URI, target as last route', () => {
    const strict = { ...dialog, routeSet: ['<sip:old;method=INVITE?Subject=x>', '<sip:near-them;lr>'] };
    expect(requestIn(strict, 'BYE').request).toMatchObject({
      requestUri: 'sip:old',
      routes: ['<sip:near-them;lr>', '<sip:romeo@192.0.2.5>'],
      isStrictlyRouted: true,
    });
  });

  test('request in a dialog - a parameter that only begins with lr is no loose router', () => {
    const strict = { ...dialog, routeSet: ['<sip:old;lrx=1>'] };
    expect(requestIn(strict, 'BYE').request.requestUri).toBe('sip:old;lrx=1');
  });

  test('request in a dialog - ACK has the number of the INVITE', () => {
    expect(ackIn(dialog, 7)).toMatchObject({ method: 'ACK', cseq: 7, requestUri: 'sip:romeo@192.0.2.5' });
  });
});
