/**
 * One trace per call, across processes: an OTLP collector of the test's own hears of one call from every service.
 */
import { createServer, type Server } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, describe, expect, test } from 'vitest';
import { answeredByPhone, hungUpByUser } from './call-up.ts';
import { MODES, startWorld, type World } from './world.ts';

interface Span {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly service: string;
}

interface OtlpBody {
  readonly resourceSpans?: readonly {
    readonly resource: { readonly attributes: readonly { key: string; value: { stringValue?: string } }[] };
    readonly scopeSpans: readonly { readonly spans: readonly Omit<Span, 'service'>[] }[];
  }[];
}

async function startCollector(): Promise<{ url: string; spans: Span[]; server: Server }> {
  const spans: Span[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = JSON.parse(Buffer.concat(chunks).toString()) as OtlpBody;
      for (const { resource, scopeSpans } of body.resourceSpans ?? []) {
        const service =
          resource.attributes.find(({ key }) => key === 'service.name')?.value.stringValue ?? '';
        for (const scope of scopeSpans) spans.push(...scope.spans.map((span) => ({ ...span, service })));
      }
      response.end('{}');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return { url: `http://127.0.0.1:${port}`, spans, server };
}

describe.each(MODES)('traces, %s', (mode) => {
  let world: World | undefined;
  afterEach(async () => {
    await world?.stop();
    world = undefined;
  });

  test('traces - one call is one trace with one root, from the first stanza to the end', async () => {
    const collector = await startCollector();
    try {
      world = await startWorld(mode, {
        accounts: ['alice'],
        config: { telemetry: { otlp_endpoint: collector.url } },
      });
      const [phone, alice] = [await world.phone(), await world.caller('alice')];
      await hungUpByUser(await answeredByPhone(alice, phone));
      await delay(500);
      await world.gateway.stop();
      const calls = collector.spans.filter(({ name }) => name === 'call');
      expect(calls).toHaveLength(1);
      const trace = collector.spans.filter(({ traceId }) => traceId === calls[0]?.traceId);
      const ids = new Set(trace.map(({ spanId }) => spanId));
      const orphans = trace.filter(({ parentSpanId }) => parentSpanId && !ids.has(parentSpanId));
      expect(orphans).toEqual([]);
      const names = trace.map(({ name }) => name);
      expect(names.filter((name) => name.includes('xmpp')).length).toBeGreaterThanOrEqual(2);
      expect(names.filter((name) => name.includes('sip')).length).toBeGreaterThanOrEqual(2);
      expect(names.filter((name) => name.startsWith('step ')).length).toBeGreaterThanOrEqual(4);
    } finally {
      collector.server.closeAllConnections();
      collector.server.close();
    }
  });
});
