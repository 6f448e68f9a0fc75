/**
 * Whether a tone that was sent is the one that was heard.
 */
import type { Tone } from './dominant-tone.ts';

/** A clear tone within 5 Hz of `frequencyHz`. */
export const isTone =
  (frequencyHz: number) =>
  (heard: Tone): boolean =>
    heard.share > 0.6 && heard.level > 0.01 && Math.abs(heard.frequencyHz - frequencyHz) < 5;

/** Nothing that stands out from silence. */
export const isSilence = (heard: Tone): boolean => heard.level < 0.005;
