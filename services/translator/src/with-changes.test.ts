import { describe, expect, it } from 'vitest';
import { withChanges } from './with-changes.ts';

describe('with changes', () => {
  it('with changes - a copy has the new values, the record keeps its own', () => {
    const record: { a: number; b?: number } = { a: 1 };
    expect(withChanges(record, { a: 2, b: 3 })).toEqual({ a: 2, b: 3 });
    expect(record).toEqual({ a: 1 });
  });
});
