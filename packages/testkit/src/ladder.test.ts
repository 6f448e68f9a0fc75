import { describe, expect, test } from 'vitest';
import { drawLadder } from './ladder.ts';

describe('ladder', () => {
  test('ladder - arrows point from sender to receiver with relative times', () => {
    const drawn = drawLadder(
      ['alice', 'gateway', 'bob'],
      [
        { at: 1000, from: 'alice', to: 'gateway', text: 'session-initiate' },
        { at: 1012, from: 'gateway', to: 'bob', text: 'INVITE' },
        { at: 1100, from: 'bob', to: 'gateway', text: '180' },
      ],
    );
    expect(`\n${drawn}\n`).toBe(`
          +-------+          +---------+  +-----+
          | alice |          | gateway |  | bob |
          +-------+          +---------+  +-----+
 0.000s       | session-initiate  |          |
              |------------------>|          |
 0.012s       |                   | INVITE   |
              |                   |--------->|
 0.100s       |                   | 180      |
              |                   |<---------|
              |                   |          |
`);
  });

  test('ladder - an arrow of an unknown participant is left out', () => {
    expect(drawLadder(['a', 'b'], [{ at: 0, from: 'a', to: 'x', text: 'lost' }])).not.toContain('lost');
  });
});
