import { expect, test } from 'vitest';
import { dominantTone, dtmfKeyIn, KeyListener } from './dominant-tone.ts';
import { samplesOfWav, toneWav } from './tone.ts';

const sines = (rateHz: number, seconds: number, ...tones: readonly number[]): Float32Array =>
  Float32Array.from({ length: rateHz * seconds }, (_, i) =>
    tones.reduce((sum, hz) => sum + 0.2 * Math.sin((2 * Math.PI * hz * i) / rateHz), 0),
  );

test.each([8000, 48_000])('tone - a sine is found to two hertz at %i samples a second', (rateHz) => {
  for (const frequencyHz of [312, 440, 997.5, 2750]) {
    const tone = dominantTone(sines(rateHz, 0.25, frequencyHz), rateHz);
    expect(Math.abs(tone.frequencyHz - frequencyHz)).toBeLessThan(2);
    expect(tone.share).toBeGreaterThan(0.95);
    expect(tone.level).toBeCloseTo(0.2 / Math.SQRT2, 2);
  }
});

test('tone - silence has no tone, noise has none that stands out', () => {
  expect(dominantTone(new Float32Array(2000), 8000)).toEqual({ frequencyHz: 0, share: 0, level: 0 });
  expect(dominantTone([], 8000).level).toBe(0);
  let state = 1;
  const noise = Float32Array.from({ length: 2000 }, () => {
    state = (state * 48_271) % 0x7fffffff;
    return state / 0x7fffffff - 0.5;
  });
  expect(dominantTone(noise, 8000).share).toBeLessThan(0.1);
});

test('tone - keys are told apart, one sine is no key', () => {
  expect(dtmfKeyIn(sines(48_000, 0.04, 770, 1336), 48_000)).toBe('5');
  expect(dtmfKeyIn(sines(8000, 0.04, 941, 1477), 8000)).toBe('#');
  expect(dtmfKeyIn(sines(8000, 0.04, 770), 8000)).toBeUndefined();
  expect(dtmfKeyIn(sines(8000, 0.04, 440, 1000), 8000)).toBeUndefined();
});

test('tone - a recording is read as far as it was written', () => {
  const wav = toneWav(700, 1);
  // A recorder that is still at it has not filled in how long the file will be.
  wav.writeUInt32LE(0, 40);
  const { samples, sampleRateHz } = samplesOfWav(wav.subarray(0, 44 + 8001));
  expect([samples.length, sampleRateHz]).toEqual([4000, 8000]);
  expect(dominantTone(samples, sampleRateHz).frequencyHz).toBeCloseTo(700, 0);
  expect(samplesOfWav(Buffer.from('RIFF')).samples).toHaveLength(0);
});

test('tone - a key with a gap in it is one, a key pressed again is two', () => {
  const listener = new KeyListener();
  const [two, gap] = [sines(8000, 0.04, 697, 1336), new Float32Array(320)];
  for (const stretch of [two, two, gap, gap, two]) listener.take(stretch, 8000);
  expect(listener.keys).toBe('2');
  for (const stretch of [gap, gap, gap, two]) listener.take(stretch, 8000);
  expect(listener.keys).toBe('22');
});
