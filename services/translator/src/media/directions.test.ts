/**
 * Hold and mute, as directions and senders. RFC 3264 §8.4, XEP-0167 §8.
 */
import { describe, expect, it } from 'vitest';
import { called, only } from '../testing/reoffer-world.ts';
import { agreedSenders, heldByAnswer, offeredDirection, ownDirectionAfter, unlimited } from './directions.ts';

describe('directions', () => {
  it.each([
    [false, false, 'sendrecv', 'both'],
    [true, false, 'sendonly', 'initiator'],
    [false, true, 'recvonly', 'responder'],
    [true, true, 'inactive', 'none'],
  ] as const)('directions - XMPP holds: %s, SIP holds: %s', (xmpp, sip, direction, senders) => {
    const state = { ...only(called()), holds: { xmpp, sip } };
    expect(offeredDirection(state, 'sendrecv')).toBe(direction);
    const answer = { sendrecv: 'sendrecv', sendonly: 'recvonly', recvonly: 'sendonly', inactive: 'inactive' };
    expect(agreedSenders(direction, answer[direction] as 'sendrecv', 'initiator')).toBe(senders);
  });

  it.each([
    ['sendrecv', 'recvonly'],
    ['sendonly', 'inactive'],
    ['inactive', 'inactive'],
  ] as const)('directions - a muted stream that was %s is %s', (own, direction) => {
    expect(offeredDirection({ ...only(called()), holds: { muted: true } }, own)).toBe(direction);
  });

  it('directions - a stream that only received is inactive on hold', () => {
    expect(offeredDirection({ ...only(called()), holds: { xmpp: true } }, 'recvonly')).toBe('inactive');
  });

  it('directions - content-modify changes what differs from what was told', () => {
    expect(ownDirectionAfter('sendrecv', 'both', 'initiator', 'initiator')).toBe('sendonly');
    expect(ownDirectionAfter('sendonly', 'initiator', 'both', 'initiator')).toBe('sendrecv');
    // SIP holds: told `responder`. `none` is the user's hold alone.
    expect(ownDirectionAfter('sendrecv', 'responder', 'none', 'initiator')).toBe('sendonly');
    expect(ownDirectionAfter('sendrecv', 'both', undefined, 'responder')).toBe('sendrecv');
  });

  it('directions - who answers less than was offered holds; an answer to sendonly does not tell', () => {
    expect(heldByAnswer('sendrecv', 'sendonly', false)).toBe(true);
    expect(heldByAnswer('sendrecv', 'recvonly', true)).toBe(false);
    expect(heldByAnswer('sendonly', 'inactive', false)).toBe(false);
    expect(heldByAnswer('sendonly', 'inactive', true)).toBe(true);
    expect(heldByAnswer('recvonly', 'sendonly', true)).toBe(true);
  });

  it('directions - what an offer did not allow is not known to be unwanted', () => {
    expect(unlimited('recvonly', 'sendonly')).toBe('sendrecv');
    expect(unlimited('recvonly', 'sendrecv')).toBe('recvonly');
    expect(unlimited('inactive', 'recvonly')).toBe('recvonly');
  });
});
