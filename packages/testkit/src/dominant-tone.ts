/**
 * What tone is heard: the strongest sine in a stretch of samples, and the digit of a dual-tone key. The same code hears
 * in Node and in the browser page.
 */
export interface Tone {
  readonly frequencyHz: number;
  /** Part of the signal's power that is in this tone, 0 to 1. */
  readonly share: number;
  /** Root mean square of the whole signal; full scale is 1. */
  readonly level: number;
}

const SILENCE: Tone = { frequencyHz: 0, share: 0, level: 0 };
const [LOWEST_HZ, HIGHEST_HZ] = [200, 3400];
/** Below this nothing is heard. */
const SILENT_LEVEL = 0.001;

interface Windowed {
  readonly samples: Float64Array;
  readonly sampleRateHz: number;
  readonly weight: number;
  readonly power: number;
  readonly level: number;
}

function windowed(signal: ArrayLike<number>, sampleRateHz: number): Windowed {
  const samples = new Float64Array(signal.length);
  let [weight, squaredWeight, squares, weightedSquares] = [0, 0, 0, 0];
  for (let i = 0; i < samples.length; i++) {
    const value = signal[i] ?? 0;
    const factor = 0.5 - 0.5 * Math.cos((2 * Math.PI * (i + 0.5)) / samples.length);
    samples[i] = value * factor;
    weight += factor;
    squaredWeight += factor * factor;
    squares += value * value;
    weightedSquares += value * value * factor * factor;
  }
  const power = squaredWeight === 0 ? 0 : weightedSquares / squaredWeight;
  return { samples, sampleRateHz, weight, power, level: Math.sqrt(squares / Math.max(1, samples.length)) };
}

/** Part of the power that a sine of `frequencyHz` has (Goertzel). */
function shareAt({ samples, sampleRateHz, weight, power }: Windowed, frequencyHz: number): number {
  const turn = 2 * Math.cos((2 * Math.PI * frequencyHz) / sampleRateHz);
  let [last, beforeLast] = [0, 0];
  for (const sample of samples) {
    const next = sample + turn * last - beforeLast;
    beforeLast = last;
    last = next;
  }
  const magnitude = last * last + beforeLast * beforeLast - turn * last * beforeLast;
  return (2 * magnitude) / (weight * weight * power);
}

/** The strongest tone between 200 and 3400 Hz; a quarter of a second of samples finds it to a hertz or two. */
export function dominantTone(signal: ArrayLike<number>, sampleRateHz: number): Tone {
  const heard = windowed(signal, sampleRateHz);
  if (heard.level < SILENT_LEVEL) return { ...SILENCE, level: heard.level };
  let best = { frequencyHz: 0, share: -1 };
  const look = (frequencyHz: number): void => {
    const share = shareAt(heard, frequencyHz);
    if (share > best.share) best = { frequencyHz, share };
  };
  // Half of a Hann window's main lobe is two bins wide: one bin a step misses no peak.
  const coarseHz = sampleRateHz / samplesOf(heard);
  for (let hz = LOWEST_HZ; hz <= HIGHEST_HZ; hz += coarseHz) look(hz);
  for (let step = coarseHz / 2; step > 0.1; step /= 2) {
    const { frequencyHz } = best;
    look(frequencyHz - step);
    look(frequencyHz + step);
  }
  return { ...best, level: heard.level };
}

const samplesOf = ({ samples }: Windowed): number => Math.max(1, samples.length);

const ROWS_HZ = [697, 770, 852, 941];
const COLUMNS_HZ = [1209, 1336, 1477, 1633];
const KEYS = ['123A', '456B', '789C', '*0#D'];

/** The key whose two tones the signal is; some 40 ms are enough. ITU-T Q.23. */
export function dtmfKeyIn(signal: ArrayLike<number>, sampleRateHz: number): string | undefined {
  const heard = windowed(signal, sampleRateHz);
  if (heard.level < SILENT_LEVEL) return undefined;
  const strongest = (group: readonly number[]): { index: number; share: number } =>
    group
      .map((hz, index) => ({ index, share: shareAt(heard, hz) }))
      .reduce((best, tone) => (tone.share > best.share ? tone : best));
  const [row, column] = [strongest(ROWS_HZ), strongest(COLUMNS_HZ)];
  const isKey = row.share > 0.15 && column.share > 0.15 && row.share + column.share > 0.8;
  return isKey ? KEYS[row.index]?.[column.index] : undefined;
}

/** How many stretches in a row a key must be missing from, to be pressed anew. */
const RELEASED = 3;

/** The keys of a signal that comes in stretches of some 20 ms; a gap in the middle of a key does not make it two. */
export class KeyListener {
  #keys = '';
  #pressed = '';
  #missing = 0;

  /** All that were pressed, in order. */
  get keys(): string {
    return this.#keys;
  }

  take(stretch: ArrayLike<number>, sampleRateHz: number): void {
    const key = dtmfKeyIn(stretch, sampleRateHz);
    if (key !== undefined && key !== this.#pressed) this.#keys += key;
    this.#missing = key === undefined ? this.#missing + 1 : 0;
    this.#pressed = key ?? (this.#missing < RELEASED ? this.#pressed : '');
  }
}
