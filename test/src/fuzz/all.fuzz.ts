/**
 * `npm run fuzz`: all targets for as long as one likes. See `setup/run-fuzz.mjs`.
 */
import { expect, test } from 'vitest';
import { coreTarget } from './core-target.ts';
import { fuzz } from './fuzzer.ts';
import { PARSER_TARGETS } from './parser-targets.ts';

const seconds = Number(process.env.STOXGATE_TEST_FUZZ_SECONDS);
const seed = Number(process.env.STOXGATE_TEST_FUZZ_SEED);

test('fuzz - no throw, no slow input, no growth', () => {
  const endAt = seconds === 0 ? Number.POSITIVE_INFINITY : performance.now() + seconds * 1000;
  console.log(`seed ${seed}, ${seconds === 0 ? 'until Ctrl-C' : `${seconds} s`}`);
  let toldAt = 0;
  let count = 0;
  const findings = fuzz([...PARSER_TARGETS, coreTarget()], {
    seed,
    isOver: (inputs) => {
      count = inputs;
      return performance.now() > endAt;
    },
    progress: (inputs, heapMib) => {
      if (performance.now() - toldAt < 10_000) return;
      toldAt = performance.now();
      console.log(`${inputs} inputs, heap ${Math.round(heapMib)} MiB`);
    },
  });
  for (const { target, kind, what, input } of findings)
    console.log(`${target}: ${kind}: ${what}\n  ${input}\n`);
  console.log(`seed ${seed}: ${count} inputs, ${findings.length} findings`);
  expect(findings.length).toBe(0);
});
