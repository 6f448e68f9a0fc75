import { brandKey, type Command, keyOfCall, type SipRequest } from '@stoxgate/contracts';
import { describe, expect, test } from 'vitest';
import { createStep } from '../step.ts';
import { message, NOW, of, POLICY } from '../testing/pair-world.ts';

const subscribe = (changes: Partial<SipRequest> = {}): SipRequest => {
  const { body: _, ...request } = message();
  return {
    ...request,
    method: 'SUBSCRIBE',
    cseq: { number: 1, method: 'SUBSCRIBE' },
    contacts: [{ uri: 'sip:romeo@192.0.2.5', params: {} }],
    headers: { event: ['presence'] },
    ...changes,
  };
};

/** What becomes of a request by its Call-ID, where nothing stands under it. */
function opened(request: SipRequest, presenceMode: 'sip' | 'local' = 'sip') {
  const step = createStep({ ...POLICY, presenceMode });
  const source = { protocol: 'udp', address: '192.0.2.5', port: 5060 } as const;
  return step(undefined, {
    key: keyOfCall(request.callId),
    now: NOW,
    eventId: 'e1',
    edge: 'edge-1',
    event: { type: 'sip.request.received', request, source },
  });
}

const responses = (commands: readonly Command[]) =>
  of(commands, 'sip.response.send').map(({ response }) => response);

describe('a subscription from SIP', () => {
  test('a subscription from SIP - belongs to the presence of its two ends, whatever its Call-ID', () => {
    const owner = brandKey('presence:alice@example.org sip:romeo@example.net');
    const { session, commands } = opened(subscribe());
    expect(session).toEqual({ kind: 'dialog', owner });
    expect(of(commands, 'session.notify')).toMatchObject([
      { key: owner, event: { type: 'dialog.request.received', edge: 'edge-1' } },
    ]);
  });

  test.each([[['presence.winfo']], [['dialog;x=y']], [[]]])(
    'a subscription from SIP - to event %j is refused, with the one that there is',
    (event) => {
      const { session, commands } = opened(subscribe({ headers: { event } }));
      expect(session).toBeUndefined();
      expect(responses(commands)).toMatchObject([{ status: 489, headers: { 'allow-events': ['presence'] } }]);
    },
  );

  test.each([
    [
      'nobody of ours',
      { requestUri: 'sip:a@example.com', to: { uri: 'sip:a@example.com', params: {} } },
      404,
    ],
    ['nobody', { requestUri: 'sip:example.org' }, 484],
  ])('a subscription from SIP - to %s is refused', (_what, changes, status) => {
    expect(responses(opened(subscribe(changes)).commands)).toMatchObject([{ status }]);
  });

  test('a subscription from SIP - opens nothing in mode local', () => {
    expect(opened(subscribe(), 'local').session?.kind).not.toBe('dialog');
  });
});
