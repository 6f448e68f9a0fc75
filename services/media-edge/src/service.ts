/**
 * The media edge as a service: carries out requests to rtpengine, and publishes what it answers.
 */
import type { Config, Logger, RunningService, ServiceContext } from '@stoxgate/runtime';
import { CallQueues } from './call-queues.ts';
import { openCommandInlet } from './command-inlet.ts';
import { Deletions } from './deletions.ts';
import { type MediaMeter, mediaMeter } from './media-meter.ts';
import { relayAddressOf } from './ng/relay-address.ts';
import { Relay } from './relay.ts';
import { Relays } from './relays.ts';
import { type MediaTiming, TIMING } from './timing.ts';

const POLL_MS = 20;
const STOP_TIMEOUT_MS = 3000;

export type MediaEdge = RunningService;

/** Starts an edge. A relay that is away is waited for; rejects when the bus does not answer. */
export async function startMediaEdge(
  { config, bus, edgeId, log, meter, tracer }: ServiceContext,
  timing: MediaTiming = TIMING,
): Promise<MediaEdge> {
  const { sip_codecs: sip, xmpp_codecs: xmpp } = config.media;
  const relays = relaysOf(config, timing, log);
  const queues = new CallQueues();
  const deletions = new Deletions(timing, (relay, call) => {
    log.warn({ relay, callId: call }, 'media relay was away too long to be told that a call is over');
    counts.deleteLost();
  });
  const counts: MediaMeter = mediaMeter(meter, relays, deletions);
  const free = (): void => {
    relays.close();
    deletions.close();
    counts.stop();
  };
  await Promise.race([Promise.all(relays.all.map((relay) => relay.ping())), pause(FIRST_PING_MS)]);
  const equipment = { relays, deletions, codecs: { sip, xmpp }, timing };
  const inlet = { bus, edgeId, equipment, queues, meter: counts, tracer, log };
  const consumer = await openCommandInlet(inlet).catch((cause: unknown) => {
    free();
    throw cause;
  });
  let stopping: Promise<void> | undefined;
  const stop = async (): Promise<void> => {
    await consumer.stop(STOP_TIMEOUT_MS);
    const { size: calls } = deletions;
    if (calls > 0) log.warn({ calls }, 'stopped before media relays were told that these calls are over');
    free();
  };
  return {
    name: 'media-edge',
    /** Where calls go without a relay as well, they do not wait for one. */
    readiness: () => ({ media: config.media.relay === 'auto' ? undefined : relays.fault() }),
    /** What is in hand ends here; calls that drain are served until `stop`. */
    drain: async (timeoutMs) => {
      const deadline = performance.now() + timeoutMs;
      while (queues.size > 0 && performance.now() < deadline) await pause(POLL_MS);
    },
    stop: () => {
      stopping ??= stop();
      return stopping;
    },
  };
}

/** A relay that is there has answered by then, so that the first calls go where all others do. */
const FIRST_PING_MS = 200;

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Addresses were checked with the configuration. */
const relaysOf = ({ media }: Config, timing: MediaTiming, log: Logger): Relays =>
  new Relays(
    media.rtpengine.flatMap((name) => {
      const address = relayAddressOf(name);
      return address === undefined ? [] : [new Relay(name, address, timing, log)];
    }),
  );
