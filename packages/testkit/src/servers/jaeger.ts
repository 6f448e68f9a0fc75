/**
 * Jaeger with its traces in memory: one that is given (`STOXGATE_TEST_JAEGER_URL`, its OTLP port at
 * `STOXGATE_TEST_JAEGER_OTLP_URL`), else the program, which `npm run trace` builds.
 */
import { startChild, waitForPort } from './child-process.ts';
import { freePort } from './free-port.ts';

/** As Jaeger's API gives it. */
export interface JaegerSpan {
  readonly traceID: string;
  readonly spanID: string;
  readonly operationName: string;
  readonly references: readonly { readonly refType: string; readonly spanID: string }[];
  /** Microseconds, since the epoch. */
  readonly startTime: number;
  readonly duration: number;
  readonly tags: readonly { readonly key: string; readonly value: unknown }[];
  readonly processID: string;
  readonly warnings: readonly string[] | null;
}

export interface JaegerTrace {
  readonly traceID: string;
  readonly spans: readonly JaegerSpan[];
  readonly processes: Readonly<Record<string, { readonly serviceName: string }>>;
}

export interface Jaeger {
  /** Where its pages and its API are. */
  readonly url: string;
  /** Where spans are sent. */
  readonly otlpUrl: string;
  /** Traces with a span of the service that has all of the tags. */
  find(service: string, tags: Readonly<Record<string, string>>): Promise<readonly JaegerTrace[]>;
  stop(): Promise<void>;
}

const ANSWER_MS = 10_000;

async function find(
  url: string,
  service: string,
  tags: Readonly<Record<string, string>>,
): Promise<readonly JaegerTrace[]> {
  const query = new URLSearchParams({ service, tags: JSON.stringify(tags), lookback: '1h' });
  const answer = await fetch(`${url}/api/traces?${query}`, { signal: AbortSignal.timeout(ANSWER_MS) });
  const body = (await answer.json()) as { readonly data: readonly JaegerTrace[] | null };
  return body.data ?? [];
}

const given = (): Pick<Jaeger, 'url' | 'otlpUrl'> | undefined => {
  const url = process.env.STOXGATE_TEST_JAEGER_URL?.replace(/\/+$/, '');
  if (url === undefined) return undefined;
  const otlpUrl = process.env.STOXGATE_TEST_JAEGER_OTLP_URL ?? `http://${new URL(url).hostname}:4318`;
  return { url, otlpUrl };
};

/** @param pages directory of Jaeger's pages, which a built program does not have. */
export async function startJaeger(pages?: string): Promise<Jaeger> {
  const there = given();
  if (there !== undefined) {
    return { ...there, find: (...sought) => find(there.url, ...sought), stop: () => Promise.resolve() };
  }
  const [query, otlp] = [await freePort(), await freePort()];
  const own = async (): Promise<string> => `127.0.0.1:${await freePort()}`;
  const child = startChild({
    command: 'jaeger-all-in-one',
    args: [
      `--query.http-server.host-port=127.0.0.1:${query}`,
      `--collector.otlp.http.host-port=127.0.0.1:${otlp}`,
      `--collector.otlp.grpc.host-port=${await own()}`,
      `--collector.grpc-server.host-port=${await own()}`,
      `--collector.http-server.host-port=${await own()}`,
      `--query.grpc-server.host-port=${await own()}`,
      `--admin.http.host-port=${await own()}`,
      '--log-level=error',
      ...(pages === undefined ? [] : [`--query.static-files=${pages}`]),
    ],
  });
  await waitForPort(child, query);
  await waitForPort(child, otlp);
  const url = `http://127.0.0.1:${query}`;
  return {
    url,
    otlpUrl: `http://127.0.0.1:${otlp}`,
    find: (...sought) => find(url, ...sought),
    stop: () => child.stop(),
  };
}
