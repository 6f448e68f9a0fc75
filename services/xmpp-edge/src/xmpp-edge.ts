/**
 * The XMPP edge: a component for each SIP domain, in one process. See README.md.
 */
import { readFileSync } from 'node:fs';
import {
  addressMapOf,
  gauge,
  type RunningService,
  type ServiceContext,
  type StartService,
} from '@stoxgate/runtime';
import { ComponentService } from './component-service.ts';
import { edgeMetrics } from './edge-metrics.ts';
import { EDGE_TIMING, type EdgeTiming } from './edge-timing.ts';
import { EventPublisher } from './event-publisher.ts';

/** Events under way before the components stop reading. */
const MAX_EVENTS = 1000;

function ownVersion(): string {
  const manifest: unknown = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
  const isManifest = typeof manifest === 'object' && manifest !== null && 'version' in manifest;
  return isManifest ? String(manifest.version) : 'unknown';
}

/** Starts the edge with other patience and room than an operator's: for tests. */
export function startXmppEdgeWith(
  context: ServiceContext,
  timing: EdgeTiming,
  maxEvents = MAX_EVENTS,
): RunningService {
  const { config, bus, edgeId, meter } = context;
  const metrics = edgeMetrics(meter);
  const publisher = new EventPublisher({
    bus,
    edgeId,
    deadlineMs: timing.publishMs,
    highWater: maxEvents,
    onBusy: (isBusy) => {
      for (const component of components) {
        if (isBusy) component.pause();
        else component.resume();
      }
    },
  });
  const map = addressMapOf(config);
  const version = ownVersion();
  const components = config.xmpp.components.map(
    ({ domain, pstn, host, port, secret = '' }) =>
      new ComponentService({
        domain,
        pstn,
        host,
        port,
        secret,
        map,
        version,
        context,
        publisher,
        metrics,
        timing,
      }),
  );
  const endGauges = [
    gauge(meter, 'stoxgate_xmpp_connected', () =>
      components.map(({ domain, isOnline }) => ({ value: isOnline ? 1 : 0, labels: { domain } })),
    ),
    gauge(meter, 'stoxgate_xmpp_spool', () =>
      components.map(({ domain, spooled }) => ({ value: spooled, labels: { domain } })),
    ),
  ];
  for (const component of components) component.start();
  const all = async (work: (component: ComponentService) => Promise<void>): Promise<void> => {
    await Promise.all(components.map(work));
  };
  return {
    name: 'xmpp-edge',
    readiness: () =>
      Object.fromEntries(components.map((component) => [`component ${component.domain}`, component.fault()])),
    drain: async (timeoutMs) => {
      await Promise.all([publisher.whenIdle(timeoutMs), all((component) => component.drain(timeoutMs))]);
    },
    stop: async () => {
      for (const end of endGauges) end();
      await all((component) => component.stop(timing.stopMs));
      // What the server had written before it knew that we leave.
      await publisher.whenIdle(timing.publishMs);
      publisher.stop();
    },
  };
}

/** Starts the XMPP edge; components connect in the background and never give up. */
export const startXmppEdge: StartService = (context) =>
  Promise.resolve(startXmppEdgeWith(context, EDGE_TIMING));
