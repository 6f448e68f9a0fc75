import { describe, expect, it } from 'vitest';
import { LabelledHistogram } from './labelled-histogram.ts';

const pointsOf = (histogram: LabelledHistogram) =>
  histogram.collect('x', 'help')?.dataPoints.map(({ attributes, value: { buckets, count, sum } }) => ({
    attributes,
    counts: buckets.counts,
    count,
    sum,
  }));

describe('labelled histogram', () => {
  it('labelled histogram - a bound is in its bucket, and what is above all of them in the last', () => {
    const histogram = new LabelledHistogram([], [1, 2, 4]);
    for (const value of [0, 1, 1.5, 2, 4, 4.5, 100]) histogram.record(value);
    expect(pointsOf(histogram)).toEqual([{ attributes: {}, counts: [2, 2, 1, 2], count: 7, sum: 113 }]);
  });

  it('labelled histogram - each set of values is a series, and nothing recorded is no metric', () => {
    const histogram = new LabelledHistogram(['event'], [1]);
    expect(histogram.collect('x', 'help')).toBeUndefined();
    histogram.record(0.5, { event: 'a' });
    histogram.record(3, { event: 'b' });
    histogram.record(0.25, { event: 'a' });
    expect(pointsOf(histogram)).toEqual([
      { attributes: { event: 'a' }, counts: [2, 0], count: 2, sum: 0.75 },
      { attributes: { event: 'b' }, counts: [0, 1], count: 1, sum: 3 },
    ]);
  });

  it('labelled histogram - what is below zero or no number is left out, for a sum must not fall', () => {
    const histogram = new LabelledHistogram([], [1]);
    for (const value of [2, -1, Number.NaN]) histogram.record(value);
    expect(pointsOf(histogram)).toEqual([{ attributes: {}, counts: [0, 1], count: 1, sum: 2 }]);
  });

  it('labelled histogram - what was handed on does not change', () => {
    const histogram = new LabelledHistogram([], [1]);
    histogram.record(1);
    const before = pointsOf(histogram);
    histogram.record(1);
    expect(before).toEqual([{ attributes: {}, counts: [1, 0], count: 1, sum: 1 }]);
  });
});
