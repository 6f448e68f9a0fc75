import { brandKey } from '@stoxgate/contracts';
import { expect, test } from 'vitest';
import { POLICY } from '../testing/pair-world.ts';
import { glareDelayMs } from './session-refresh.ts';
import { Turn } from './turn.ts';

test('glare - 2.1 to 4 s at the owner of the Call-ID, 0 to 2 s at the other, in steps of 10 ms', () => {
  const event = { type: 'timer.fired', name: 'x', dueAt: 0 } as const;
  const delays = (side: 'out' | 'in') =>
    Array.from({ length: 4000 }, (_, at) => {
      const input = { key: brandKey('call:c'), now: 0, eventId: `e${at}`, edge: 'x', event };
      return glareDelayMs(new Turn(POLICY, undefined, input), side);
    });
  for (const [side, least, most] of [
    ['out', 2100, 4000],
    ['in', 0, 2000],
  ] as const) {
    const drawn = delays(side);
    expect([Math.min(...drawn), Math.max(...drawn)]).toEqual([least, most]);
    expect(drawn.every((ms) => ms % 10 === 0)).toBe(true);
  }
});
