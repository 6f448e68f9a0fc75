/**
 * Feeds targets with mutated input and watches for what must not be: a throw, an input that takes long, growth.
 */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { type Below, chance } from './mutation.ts';

export interface Target {
  readonly name: string;
  /** Makes the next input. What it returns goes to `run` and, as JSON, into the report. */
  next(below: Below): unknown;
  /** Takes an input. Whatever it throws is a finding. */
  run(input: unknown): void;
}

export interface Finding {
  readonly target: string;
  readonly kind: 'throw' | 'slow' | 'growth';
  readonly what: string;
  /** JSON of the input; empty for growth. */
  readonly input: string;
}

export interface FuzzOptions {
  readonly seed: number;
  /** When to end; asked after each input. */
  isOver(inputs: number): boolean;
  /** Inputs between two looks at the heap; 5000 by default. */
  readonly round?: number;
  /** Told after each look at the heap. */
  progress?(inputs: number, heapMib: number): void;
}

const SLOW_MS = 100;
const ROUND = 5000;
/** Rounds until caches are full. */
const WARM_UP_ROUNDS = 2;
const GROWTH_MIB = 64;
/** Of one target and kind; the first ones tell enough. */
const SAME_MAX = 5;
const MIB = 2 ** 20;

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

function heapMib(): number {
  collectGarbage();
  return process.memoryUsage().heapUsed / MIB;
}

/** Time that the processor needs for a run: what else a busy machine does is not the input's fault. */
function processorMs(run: () => void): number {
  const before = process.cpuUsage();
  run();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

function faultOf(target: Target, input: unknown): Omit<Finding, 'target' | 'input'> | undefined {
  const begun = performance.now();
  try {
    target.run(input);
    if (performance.now() - begun <= SLOW_MS) return undefined;
    const tookMs = Math.min(...[1, 2, 3].map(() => processorMs(() => target.run(input))));
    return tookMs <= SLOW_MS ? undefined : { kind: 'slow', what: `${Math.round(tookMs)} ms` };
  } catch (cause) {
    return { kind: 'throw', what: cause instanceof Error ? (cause.stack ?? cause.message) : String(cause) };
  }
}

/** Runs until `isOver`, target by target in turn. The same seed and targets give the same inputs. */
export function fuzz(targets: readonly Target[], options: FuzzOptions): readonly Finding[] {
  const below = chance(options.seed);
  const { round = ROUND } = options;
  const findings: Finding[] = [];
  let baseline: number | undefined;
  let inputs = 0;
  const look = (): void => {
    const heap = heapMib();
    options.progress?.(inputs, heap);
    if (inputs / round === WARM_UP_ROUNDS) baseline = heap;
    if (baseline === undefined || heap - baseline < GROWTH_MIB) return;
    const what = `${Math.round(heap - baseline)} MiB more than after ${WARM_UP_ROUNDS * round} inputs`;
    findings.push({ target: 'all', kind: 'growth', what, input: '' });
    baseline = heap;
  };
  for (;;) {
    for (const target of targets) {
      if (options.isOver(inputs)) return findings;
      const input = target.next(below);
      const fault = faultOf(target, input);
      inputs++;
      const same = findings.filter(({ target: name, kind }) => name === target.name && kind === fault?.kind);
      if (fault !== undefined && same.length < SAME_MAX) {
        findings.push({ target: target.name, ...fault, input: JSON.stringify(input) });
      }
      if (inputs % round === 0) look();
    }
  }
}
