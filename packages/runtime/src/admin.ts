/**
 * The HTTP listener for operators: health, metrics, sessions of a user, phones.
 */
import { createAdaptorServer } from '@hono/node-server';
import { Hono } from 'hono';
import { type PhoneControls, phonesApp } from './admin-phones.ts';
import { OPEN_METRICS_TYPE, takesOpenMetrics } from './open-metrics.ts';
import { portError } from './port-error.ts';
import type { Readiness, ReadinessState } from './readiness.ts';

export interface AdminSources {
  readonly readiness: () => Readiness;
  readonly lagMs: () => number;
  /** As Prometheus text, or as OpenMetrics text. */
  readonly metricsText: (isOpenMetrics: boolean) => Promise<string>;
  /** Keys of the live sessions of a user, by bare JID. */
  readonly sessionsOf: (user: string) => Promise<readonly string[]>;
  /** Undefined: phones are not configured. */
  readonly phones?: PhoneControls | undefined;
  /** `admin.token`. */
  readonly token?: string | undefined;
}

export interface AdminListener {
  /** `http://127.0.0.1:8080`, with the port in use. */
  readonly url: string;
  stop(): Promise<void>;
}

const STATUS: Readonly<Record<ReadinessState, 200 | 429 | 503>> = {
  ready: 200,
  'not ready': 503,
  draining: 503,
  overloaded: 429,
};

/** So late an event loop does not come back: let the process be replaced. */
const DEAD_LAG_MS = 30_000;
const STORE_TIMEOUT_MS = 5_000;

/** The application without a socket. */
export function adminApp(sources: AdminSources): Hono {
  const app = new Hono();
  app.get('/livez', (context) => {
    const lag = Math.round(sources.lagMs());
    return lag > DEAD_LAG_MS
      ? context.json({ state: 'stuck', lagMs: lag }, 503)
      : context.json({ state: 'alive', lagMs: lag });
  });
  app.get('/readyz', (context) => {
    const readiness = sources.readiness();
    return context.json(readiness, STATUS[readiness.state]);
  });
  app.get('/metrics', async (context) => {
    const isOpenMetrics = takesOpenMetrics(context.req.header('accept'));
    return context.text(await sources.metricsText(isOpenMetrics), 200, {
      'content-type': isOpenMetrics ? OPEN_METRICS_TYPE : 'text/plain; version=0.0.4; charset=utf-8',
    });
  });
  app.get('/api/sessions', async (context) => {
    const user = context.req.query('user');
    if (user === undefined || user === '') {
      return context.json({ error: 'Say whose: /api/sessions?user=alice@example.org' }, 400);
    }
    return context.json({ user, sessions: await withDeadline(sources.sessionsOf(user)) });
  });
  app.route('/api/phones', phonesApp(sources.phones, sources.token));
  app.notFound((context) =>
    context.json(
      { error: 'Here are /livez, /readyz, /metrics, /api/sessions?user=JID and POST /api/phones/URI/state' },
      404,
    ),
  );
  app.onError((error, context) => context.json({ error: error.message }, 503));
  return app;
}

async function withDeadline<Value>(value: Promise<Value>): Promise<Value> {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('The store does not answer.')), STORE_TIMEOUT_MS);
  });
  return Promise.race([value, deadline]).finally(() => clearTimeout(timer));
}

/** Listens on `host:port`, 0 for any free port. Rejects with `STOX_PORT_UNAVAILABLE`. */
export async function startAdmin(host: string, port: number, sources: AdminSources): Promise<AdminListener> {
  const server = createAdaptorServer({ fetch: adminApp(sources).fetch });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => reject(portError(error, 'admin.port', host, port) ?? error));
    server.listen(port, host, resolve);
  });
  const address = server.address();
  const bound = typeof address === 'object' && address !== null ? address.port : port;
  const shown = host.includes(':') ? `[${host}]` : host;
  return {
    url: `http://${shown}:${bound}`,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        if ('closeAllConnections' in server) server.closeAllConnections();
      }),
  };
}
