/**
 * The BOSH edge as a service: requests to connection managers, which are commands, and what they answer; connections over TCP and
 * WebSocket; and what is told of phones by a file and a table.
 */
import { readFileSync } from 'node:fs';
import type { RunningService, ServiceContext } from '@stoxgate/runtime';
import { Connections, type ConnectionsOptions } from './client/connections.ts';
import { openCommandInlet } from './command-inlet.ts';
import { connectionTeller, openConnectionInlet } from './connection-inlet.ts';
import { edgeMeter } from './edge-meter.ts';
import { HttpClient } from './http/http-client.ts';
import { PhoneDesk } from './phone-desk.ts';
import { importFile, pollTable } from './phone-sources.ts';
import { createSealer } from './sealing.ts';

const MAX_ATTRIBUTES = 128;
/** What answers at once has done so by then. */
const HAND_OVER_MS = 1000;

export type BoshEdge = RunningService;

/** Loads the library, where phones log in with it. */
async function phoneClients(): Promise<ConnectionsOptions['logIn']> {
  const { PhoneClient } = await import('./client/phone-client.ts');
  return (login, listener) => new PhoneClient(login, listener);
}

/** Starts an edge. Rejects when the bus does not answer or `phones.ca_file` cannot be read. */
export async function startBoshEdge(context: ServiceContext): Promise<BoshEdge> {
  const { config, bus, edgeId, log, meter, tracer } = context;
  const { key, allow_plain: allowPlain, ca_file, wait, transport } = config.phones;
  const { stanza_bytes: maxBytes, stanza_depth: maxDepth } = config.limits;
  const ca = ca_file === '' ? {} : { ca: readFileSync(ca_file, 'utf8') };
  const http = new HttpClient({ maxBytes, ...ca });
  const sealer = createSealer(key);
  const limits = { maxBytes, maxDepth, maxAttributes: MAX_ATTRIBUTES };
  const connections = new Connections({
    logIn: transport === 'client' ? await phoneClients() : undefined,
    tell: connectionTeller(bus, edgeId, log),
    openSecret: (phone, secret) => sealer.open(phone, secret),
    counted: (change) => counts.connected(change),
    silenceMs: wait * 1000,
    limits,
    allowPlain,
    log,
    ...ca,
  });
  const counts = edgeMeter(meter, { http, connections });
  const free = (): void => {
    http.close();
    connections.abandon();
    counts.stop();
  };
  const equipment = { http, limits, allowPlain };
  const inlet = { bus, edgeId, equipment, sealer, connections, meter: counts, tracer, log };
  const desk = new PhoneDesk({ bus, edgeId, tracer });
  const opened: { stop(timeoutMs: number): Promise<void> }[] = [];
  const stopInlets = async (timeoutMs: number): Promise<void> => {
    await Promise.all(opened.map((each) => each.stop(timeoutMs)));
  };
  try {
    opened.push(await openConnectionInlet({ bus, edgeId, connections, adopts: transport === 'client', log }));
    opened.push(await openCommandInlet(inlet));
    await importFile(config, desk, log);
  } catch (cause) {
    await stopInlets(0);
    free();
    throw cause;
  }
  const poller = pollTable(context, desk);
  /** What waits for something to happen is given to another edge, which sends the same bytes, or logs in. */
  const handOver = async (): Promise<void> => {
    await stopInlets(HAND_OVER_MS);
    connections.abandon();
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
