/**
 * The BOSH edge as a service: requests to connection managers, which are commands, and what they answer; and what is told
 * of phones by a file and a table.
 */
import { readFileSync } from 'node:fs';
import type { RunningService, ServiceContext } from '@stoxgate/runtime';
import { openCommandInlet } from './command-inlet.ts';
import { edgeMeter } from './edge-meter.ts';
import { HttpClient } from './http/http-client.ts';
import { PhoneDesk } from './phone-desk.ts';
import { importFile, pollTable } from './phone-sources.ts';
import { createSealer } from './sealing.ts';

const MAX_ATTRIBUTES = 128;
/** What answers at once has done so by then. */
const HAND_OVER_MS = 1000;

export type BoshEdge = RunningService;

/** Starts an edge. Rejects when the bus does not answer or `phones.ca_file` cannot be read. */
export async function startBoshEdge(context: ServiceContext): Promise<BoshEdge> {
  const { config, bus, edgeId, log, meter, tracer } = context;
  const { key, allow_plain: allowPlain, ca_file } = config.phones;
  const { stanza_bytes: maxBytes, stanza_depth: maxDepth } = config.limits;
  const http = new HttpClient({ maxBytes, ...(ca_file !== '' && { ca: readFileSync(ca_file, 'utf8') }) });
  const counts = edgeMeter(meter, http);
  const free = (): void => {
    http.close();
    counts.stop();
  };
  const limits = { maxBytes, maxDepth, maxAttributes: MAX_ATTRIBUTES };
  const equipment = { http, limits, allowPlain };
  const inlet = { bus, edgeId, equipment, sealer: createSealer(key), meter: counts, tracer, log };
  const desk = new PhoneDesk({ bus, edgeId, tracer });
  const consumer = await openCommandInlet(inlet).catch((cause: unknown) => {
    free();
    throw cause;
  });
  await importFile(config, desk, log).catch(async (cause: unknown) => {
    await consumer.stop(0);
    free();
    throw cause;
  });
  const poller = pollTable(context, desk);
  /** What waits for something to happen is given to another edge, which sends the same bytes. */
  const handOver = async (): Promise<void> => {
    await consumer.stop(HAND_OVER_MS);
    http.abort();
  };
  let stopping: Promise<void> | undefined;
  return {
    name: 'bosh-edge',
    readiness: () => ({ bosh: undefined }),
    /** On a bus of this process alone there is nobody else: phones of calls that are waited for are served until `stop`. */
    drain: async () => {
      await poller?.stop();
      if (config.bus !== 'memory') await handOver();
    },
    stop: () => {
      stopping ??= (poller?.stop() ?? Promise.resolve()).then(handOver).then(free);
      return stopping;
    },
  };
}
