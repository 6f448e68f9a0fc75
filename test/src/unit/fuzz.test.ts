/**
 * The fuzzer: that it finds what it is for, and a bounded round of each of its targets.
 */
import { describe, expect, test } from 'vitest';
import { coreTarget } from '../fuzz/core-target.ts';
import { fuzz, type Target } from '../fuzz/fuzzer.ts';
import { type Below, chance, mutateText, mutateValue } from '../fuzz/mutation.ts';
import { PARSER_TARGETS } from '../fuzz/parser-targets.ts';

const target = (run: (input: unknown) => void): Target => ({
  name: 'planted',
  next: (below) => below(1000),
  run,
});
const upTo =
  (count: number) =>
  (inputs: number): boolean =>
    inputs >= count;

/** Uses the processor for so long, and as much of it: other threads of the process use it too. */
const busy = (ms: number): void => {
  const begun = performance.now();
  const before = process.cpuUsage();
  const usedMs = (): number => {
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1000;
  };
  while (usedMs() < ms || performance.now() - begun < ms);
};

describe('fuzzer', () => {
  test('fuzzer - a throw is found, with its input, and no more than five alike', () => {
    const findings = fuzz(
      [
        target((input) => {
          if (Number(input) % 10 === 7) throw new Error('seven');
        }),
      ],
      { seed: 1, isOver: upTo(2000) },
    );
    expect(findings).toHaveLength(5);
    expect(findings[0]).toMatchObject({
      target: 'planted',
      kind: 'throw',
      input: expect.stringMatching(/7$/),
    });
    expect(findings[0]?.what).toContain('seven');
  });

  test('fuzzer - an input that is slow each time is found, one that was slow once is not', () => {
    let once = 0;
    const slow = target((input) => {
      if (input === 500) busy(110);
      if (input === 501 && once++ === 0) busy(110);
    });
    const inputs = [500, 501];
    const findings = fuzz([{ ...slow, next: () => inputs.shift() ?? 0 }], { seed: 1, isOver: upTo(50) });
    expect(findings.map(({ kind, input }) => `${kind} ${input}`)).toEqual(['slow 500']);
  });

  test('fuzzer - growth is found', () => {
    const kept: unknown[] = [];
    let taken = 0;
    const leak = target(() => {
      if (++taken > 250) kept.push(new Array(80_000).fill(0.5));
    });
    const findings = fuzz([leak], { seed: 1, round: 100, isOver: upTo(400) });
    expect(findings.map(({ kind }) => kind)).toContain('growth');
  });

  test('fuzzer - the same seed makes the same inputs', () => {
    const make = (below: Below): unknown[] => [
      mutateText('some text', ['another'], below),
      mutateValue({ a: ['b', 1, { c: 'd' }] }, ['another'], below),
    ];
    const inputs = [1, 1, 2].map((seed) => {
      const below = chance(seed);
      return JSON.stringify(Array.from({ length: 20 }, () => make(below)));
    });
    expect(inputs[0]).toBe(inputs[1]);
    expect(inputs[0]).not.toBe(inputs[2]);
  });
});

test.each(PARSER_TARGETS)('fuzz - $name: no throw and no slow input', (parser) => {
  expect(fuzz([parser], { seed: 20_261_126, isOver: upTo(200) })).toEqual([]);
});

test('fuzz - core: no throw and no slow input', () => {
  expect(fuzz([coreTarget(10)], { seed: 20_261_126, isOver: upTo(40) })).toEqual([]);
});
