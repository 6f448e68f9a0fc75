/** Three tenths of a second of sound, two of silence: an even tone is noise to a client that suppresses noise. */
export const beeping = (second: number): number => {
  const into = second % 0.5;
  return Math.max(0, Math.min(1, into / 0.02, (0.3 - into) / 0.02));
};

/** A WAV file holding a sine tone: 16 bit, mono, 8 kHz; `loudness`, 0 to 1, by the second. */
export function toneWav(
  frequencyHz: number,
  seconds: number,
  loudness: (second: number) => number = () => 1,
): Buffer {
  const rate = 8000;
  const samples = rate * seconds;
  const wav = Buffer.alloc(44 + samples * 2);
  wav.write('RIFF', 0);
  wav.writeUInt32LE(36 + samples * 2, 4);
  wav.write('WAVEfmt ', 8);
  wav.writeUInt32LE(16, 16);
  wav.writeUInt16LE(1, 20);
  wav.writeUInt16LE(1, 22);
  wav.writeUInt32LE(rate, 24);
  wav.writeUInt32LE(rate * 2, 28);
  wav.writeUInt16LE(2, 32);
  wav.writeUInt16LE(16, 34);
  wav.write('data', 36);
  wav.writeUInt32LE(samples * 2, 40);
  for (let i = 0; i < samples; i++) {
    const sine = Math.sin((2 * Math.PI * frequencyHz * i) / rate);
    wav.writeInt16LE(Math.round(8000 * loudness(i / rate) * sine), 44 + i * 2);
  }
  return wav;
}

const HEADER_BYTES = 44;

/** The samples of such a file, as far as it is written: full scale is 1. Its own idea of its length is not asked. */
export function samplesOfWav(wav: Buffer): { readonly samples: Float32Array; readonly sampleRateHz: number } {
  if (wav.length < HEADER_BYTES) return { samples: new Float32Array(), sampleRateHz: 8000 };
  const samples = new Float32Array((wav.length - HEADER_BYTES) >> 1);
  for (let i = 0; i < samples.length; i++) samples[i] = wav.readInt16LE(HEADER_BYTES + i * 2) / 0x8000;
  return { samples, sampleRateHz: wav.readUInt32LE(24) };
}
