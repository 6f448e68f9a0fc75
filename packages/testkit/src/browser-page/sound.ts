/**
 * A sine as microphone, and an ear that tells what tone comes in.
 */
import type { SoundReport } from '../browser-call.ts';
import { dominantTone, KeyListener } from '../dominant-tone.ts';

const RATE_HZ = 48_000;
/** A third of a second: of that a tone is told. */
const LONG = 16_384;
/** A fiftieth: of that a key is told. A power of two, as blocks of audio are. */
const SHORT = 1024;

/** On the thread of the audio, so that nothing is missed while the page is busy: passes on every stretch of samples. */
const TAP = `registerProcessor('tap', class extends AudioWorkletProcessor {
  stretch = new Float32Array(${SHORT});
  filled = 0;
  process([[block]]) {
    this.stretch.set(block ?? new Float32Array(128), this.filled);
    this.filled += 128;
    if (this.filled === ${SHORT}) {
      this.port.postMessage(this.stretch);
      this.filled = 0;
    }
    return true;
  }
});`;

export interface Ear {
  hear(): SoundReport;
  close(): void;
}

export class Sound {
  readonly #context: AudioContext;

  private constructor(context: AudioContext) {
    this.#context = context;
  }

  static async start(): Promise<Sound> {
    const context = new AudioContext({ sampleRate: RATE_HZ });
    const url = URL.createObjectURL(new Blob([TAP], { type: 'text/javascript' }));
    await context.audioWorklet.addModule(url);
    URL.revokeObjectURL(url);
    return new Sound(context);
  }

  /** A new track that is a sine of `toneHz`. */
  microphone(toneHz: number): MediaStreamTrack {
    const tone = new OscillatorNode(this.#context, { frequency: toneHz });
    const gain = new GainNode(this.#context, { gain: 0.3 });
    const microphone = new MediaStreamAudioDestinationNode(this.#context, { channelCount: 1 });
    tone.connect(gain).connect(microphone);
    tone.start();
    const [track] = microphone.stream.getAudioTracks();
    if (track === undefined) throw new Error('no audio track');
    return track;
  }

  /** Listens to a remote track from now on. */
  ear(track: MediaStreamTrack): Ear {
    const stream = new MediaStream([track]);
    // Chromium decodes a remote stream only while some element plays it.
    const player = new Audio();
    player.srcObject = stream;
    player.muted = true;
    player.play().catch(() => undefined);
    const tap = new AudioWorkletNode(this.#context, 'tap', {
      numberOfOutputs: 0,
      channelCount: 1,
      channelCountMode: 'explicit',
    });
    new MediaStreamAudioSourceNode(this.#context, { mediaStream: stream }).connect(tap);
    const latest = new Float32Array(LONG);
    const listener = new KeyListener();
    tap.port.onmessage = ({ data }: MessageEvent<Float32Array>) => {
      latest.copyWithin(0, SHORT);
      latest.set(data, LONG - SHORT);
      listener.take(data, RATE_HZ);
    };
    return {
      hear: () => ({ ...dominantTone(latest, RATE_HZ), keys: listener.keys }),
      close: () => {
        tap.port.onmessage = null;
        player.srcObject = null;
      },
    };
  }
}
