import { describe, expect, it } from 'vitest';
import { changeTimers, isChanged, type TimerChanges, withChange } from './armed-timers.ts';

describe('armed timers', () => {
  it('armed timers - changes set, move and clear by name', () => {
    const changes: TimerChanges = [
      { name: 'moved', dueAt: 5 },
      { name: 'cleared', dueAt: undefined },
      { name: 'added', dueAt: 7 },
    ];
    const armed = { kept: 1, moved: 2, cleared: 3 };
    expect(changeTimers(armed, changes)).toEqual({ kept: 1, moved: 5, added: 7 });
    expect(armed).toEqual({ kept: 1, moved: 2, cleared: 3 });
    expect(Object.keys(changeTimers(armed, changes))).not.toContain('cleared');
  });

  it('armed timers - without changes nothing is copied', () => {
    const armed = { kept: 1 };
    expect(changeTimers(armed, [])).toBe(armed);
  });

  it('armed timers - the last change of a name counts', () => {
    const set = withChange([], { name: 'a', dueAt: 1 });
    const both = withChange(set, { name: 'b', dueAt: 2 });
    const cleared = withChange(both, { name: 'a', dueAt: undefined });
    expect(cleared).toEqual([
      { name: 'a', dueAt: undefined },
      { name: 'b', dueAt: 2 },
    ]);
    expect(withChange(cleared, { name: 'a', dueAt: 3 })).toEqual([
      { name: 'a', dueAt: 3 },
      { name: 'b', dueAt: 2 },
    ]);
    expect(set).toEqual([{ name: 'a', dueAt: 1 }]);
    expect(['a', 'b', 'c'].map((name) => isChanged(both, name))).toEqual([true, true, false]);
  });
});
