import { describe, expect, it } from 'vitest';
import { LabelledSums } from './labelled-sums.ts';

const seen = (sums: LabelledSums): unknown[] => {
  const all: unknown[] = [];
  sums.visit((sum, labels) => all.push([sum, labels]));
  return all;
};

describe('labelled sums', () => {
  it('labelled sums - each set of values has a sum of its own', () => {
    const sums = new LabelledSums(['method', 'status']);
    sums.add(1, { method: 'INVITE', status: '2xx' });
    sums.add(2, { method: 'INVITE', status: '4xx' });
    sums.add(3, { method: 'INVITE', status: '2xx' });
    expect(seen(sums)).toEqual([
      [4, { method: 'INVITE', status: '2xx' }],
      [2, { method: 'INVITE', status: '4xx' }],
    ]);
  });

  it('labelled sums - a label left out is absent, and no other sum', () => {
    const sums = new LabelledSums(['method', 'status']);
    sums.add(1, { status: '2xx' });
    sums.add(1, { method: 'BYE' });
    sums.add(1);
    expect(seen(sums)).toEqual([
      [1, { status: '2xx' }],
      [1, {}],
      [1, { method: 'BYE' }],
    ]);
  });

  it('labelled sums - without labels there is one sum, once it was counted', () => {
    const sums = new LabelledSums([]);
    expect(seen(sums)).toEqual([]);
    sums.add(5);
    sums.add(1);
    expect(seen(sums)).toEqual([[6, {}]]);
  });
});
