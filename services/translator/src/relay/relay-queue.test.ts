import type { CommandOf, EventOf } from '@stoxgate/contracts';
import { describe, expect, test } from 'vitest';
import { MAX_PASSING, queuedWith, refusedByQueue } from './relay-queue.ts';
import { type Passing, type RelayedLeg, relayedLeg } from './relay-state.ts';

const address = (tag: string) => ({ uri: 'sip:romeo@example.net', params: { tag } });
const head = { callId: 's1', recordRoutes: [], headers: {}, vias: ['SIP/2.0/UDP a;branch=z9hG4bK1'] };

function request(method: string): Passing {
  const event: EventOf<'sip.request.received'> = {
    type: 'sip.request.received',
    source: { protocol: 'udp', address: '192.0.2.5', port: 5060 },
    request: {
      ...head,
      method,
      requestUri: 'sip:juliet@example.org',
      maxForwards: 70,
      from: address('a'),
      to: address('b'),
      cseq: { number: 2, method },
      contacts: [],
    },
  };
  return { way: 'in', event, eventId: 'e', edge: 'edge-1' };
}

function response(status: number): Passing {
  const event: EventOf<'sip.response.received'> = {
    type: 'sip.response.received',
    branch: 'b',
    response: {
      ...head,
      status,
      reason: '',
      from: address('b'),
      to: address('a'),
      cseq: { number: 1, method: 'INVITE' },
      contacts: [],
    },
  };
  return { way: 'in', event, eventId: 'e', edge: 'edge-1' };
}

function ours(status: number): Passing {
  const command: CommandOf<'sip.response.send'> = {
    type: 'sip.response.send',
    edge: 'edge-1',
    response: {
      ...head,
      status,
      reason: '',
      from: address('a'),
      to: address('b'),
      cseq: { number: 1, method: 'INVITE' },
    },
  };
  return { way: 'out', command };
}

const candidates: Passing = {
  way: 'out',
  command: {
    type: 'media.request.send',
    call: 's1/out',
    exchange: 'out',
    request: { kind: 'candidates', from: 'xmpp', sdp: '' },
  },
};
const filled = (count: number, more: Partial<RelayedLeg> = {}): RelayedLeg => ({
  ...relayedLeg('s1/out'),
  passing: Array.from({ length: count }, () => request('INFO')),
  ...more,
});

describe('relay queue', () => {
  test('relay queue - our response goes before what waits, behind what is at the relay and its own kind', () => {
    const busy = filled(2, { waiting: 'out.1' });
    const first = queuedWith(busy, ours(180));
    expect(first[1]).toEqual(ours(180));
    const second = queuedWith({ ...busy, passing: first }, ours(200));
    expect(second.slice(1, 3)).toEqual([ours(180), ours(200)]);
    expect(queuedWith(filled(2), ours(200))[0]).toEqual(ours(200));
    expect(queuedWith(busy, request('BYE'))[2]).toEqual(request('BYE'));
  });

  test.each([
    ['INFO', request('INFO'), MAX_PASSING, [503]],
    ['INVITE', request('INVITE'), MAX_PASSING, [503]],
    ['BYE', request('BYE'), MAX_PASSING, undefined],
    ['BYE', request('BYE'), 2 * MAX_PASSING, [503]],
    ['ACK', request('ACK'), 2 * MAX_PASSING, []],
    ['180', response(180), MAX_PASSING, []],
    ['200', response(200), MAX_PASSING, undefined],
    ['candidates', candidates, MAX_PASSING, []],
    ['a response of ours', ours(200), 2 * MAX_PASSING, undefined],
    ['INFO', request('INFO'), MAX_PASSING - 1, undefined],
  ])('relay queue - %s finds its place, its answer, or can be done without', (...row) => {
    const [, passing, count, statuses] = row;
    const refused = refusedByQueue(filled(count), passing, 'seed');
    const sent = refused?.commands.map((command) =>
      command.type === 'sip.response.send' ? command.response.status : 0,
    );
    expect(sent).toEqual(statuses);
  });
});
