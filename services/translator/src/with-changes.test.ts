import { describe, expect, it } from 'vitest';
import { laidOut, withChanges } from './with-changes.ts';

describe('with changes', () => {
  it('with changes - a copy has the new values, the record keeps its own', () => {
    const record: { a: number; b?: number } = { a: 1 };
    expect(withChanges(record, { a: 2, b: 3 })).toEqual({ a: 2, b: 3 });
    expect(record).toEqual({ a: 1 });
  });

  it('with changes - a record is laid out anew only when it is another one', () => {
    const before = { a: 1 };
    expect(laidOut(before, before)).toBe(before);
    const after = { a: 2 };
    expect(laidOut(after, before)).toEqual(after);
    expect(laidOut(after, before)).not.toBe(after);
  });
});
