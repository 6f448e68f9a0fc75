import { type BareJid, brandBareJid, userIndex } from '@stoxgate/contracts';
import { type AdminSources, gauge, readinessOf, type ServiceGroup, watchEventLoop } from '@stoxgate/runtime';
import type { Frame, Resources } from './resources.ts';
import type { ServiceThread } from './threads/service-thread.ts';

export interface Health extends AdminSources {
  /** From here on /readyz answers 503. */
  setDraining(): void;
}

const MAX_SESSIONS_SHOWN = 100;

/** Watches the whole process, for the admin listener and for metrics. `ownsTimers`: it runs the session store service. */
export function watchHealth(
  { config, releases }: Frame,
  { bus, store, telemetry }: Resources,
  group: ServiceGroup,
  threads: readonly ServiceThread[],
  ownsTimers: boolean,
): Health {
  const loop = watchEventLoop();
  releases.add('event loop watch', async () => loop.stop());
  const lagMs = (): number => Math.max(loop.lagMs(), ...threads.map((thread) => thread.lagMs()));
  const { meter } = telemetry;
  gauge(meter, 'stoxgate_bus_backlog', () => bus.backlog());
  gauge(meter, 'stoxgate_event_loop_lag_seconds', () => lagMs() / 1000);
  if (ownsTimers) {
    gauge(meter, 'stoxgate_sessions', async () =>
      Object.entries(await store.count()).map(([kind, value]) => ({ value, labels: { kind } })),
    );
  }
  let isDraining = false;
  return {
    readiness: () =>
      readinessOf({
        parts: () => ({ bus: bus.fault(), store: store.fault(), ...group.readiness() }),
        isDraining: () => isDraining,
        lagMs,
        backlog: () => bus.backlog(),
        maxBacklog: config.limits.backlog,
      }),
    lagMs,
    metricsText: async (isOpenMetrics) =>
      telemetry.metricsText(isOpenMetrics, await Promise.all(threads.map((thread) => thread.metrics()))),
    sessionsOf: (user) => store.find(userIndex(bareJid(user)), MAX_SESSIONS_SHOWN),
    setDraining: () => {
      isDraining = true;
    },
  };
}

/** An operator may paste a full JID. */
const bareJid = (text: string): BareJid => brandBareJid(text.replace(/\/.*$/, '').toLowerCase());
