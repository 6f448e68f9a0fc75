import { describe, expect, it } from 'vitest';
import { changeTimers } from './armed-timers.ts';

describe('armed timers', () => {
  it('armed timers - changes set, move and clear by name', () => {
    const changes = new Map([
      ['moved', 5],
      ['cleared', undefined],
      ['added', 7],
    ]);
    const armed = { kept: 1, moved: 2, cleared: 3 };
    expect(changeTimers(armed, changes)).toEqual({ kept: 1, moved: 5, added: 7 });
    expect(armed).toEqual({ kept: 1, moved: 2, cleared: 3 });
    expect(Object.keys(changeTimers(armed, changes))).not.toContain('cleared');
  });

  it('armed timers - without changes nothing is copied', () => {
    const armed = { kept: 1 };
    expect(changeTimers(armed, new Map())).toBe(armed);
  });
});
