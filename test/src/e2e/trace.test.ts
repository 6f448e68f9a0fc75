/**
 * One trace per call and per message, across processes: an OTLP collector of the test's own hears of it from every service.
 */
import { createServer, type Server } from 'node:http';
import { childOf, el, textOf } from '@stoxgate/wire-xmpp';
import { afterEach, describe, expect, test } from 'vitest';
import { addressOfUser, answeredByPhone, hungUpByUser, sipAddressOf } from './call-up.ts';
import { contactOf, MODES, startWorld, type World } from './world.ts';

interface Span {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly service: string;
  readonly attributes: readonly { readonly key: string; readonly value: object }[];
}

interface OtlpBody {
  readonly resourceSpans?: readonly {
    readonly resource: { readonly attributes: readonly { key: string; value: { stringValue?: string } }[] };
    readonly scopeSpans: readonly { readonly spans: readonly Omit<Span, 'service'>[] }[];
  }[];
}

interface Collector {
  readonly url: string;
  readonly spans: Span[];
  /** All that came, as it came. */
  readonly bodies: string[];
  readonly server: Server;
}

async function startCollector(): Promise<Collector> {
  const spans: Span[] = [];
  const bodies: string[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const text = Buffer.concat(chunks).toString();
      bodies.push(text);
      const body = JSON.parse(text) as OtlpBody;
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
  return { url: `http://127.0.0.1:${port}`, spans, bodies, server };
}

const attributesOf = (span: Span | undefined): Readonly<Record<string, unknown>> =>
  Object.fromEntries((span?.attributes ?? []).map(({ key, value }) => [key, Object.values(value)[0]]));

/** Whether each span but the root has its parent in the trace. */
function isTree(trace: readonly Span[]): boolean {
  const ids = new Set(trace.map(({ spanId }) => spanId));
  const tops = trace.filter(({ parentSpanId }) => !parentSpanId);
  return tops.length === 1 && trace.every(({ parentSpanId }) => !parentSpanId || ids.has(parentSpanId));
}

describe.each(MODES)('traces, %s', (mode) => {
  let world: World | undefined;
  afterEach(async () => {
    await world?.stop();
    world = undefined;
  });

  test('traces - one call is one trace with one root, one message one; nothing that was said is told', async () => {
    const collector = await startCollector();
    const traceOf = (names: RegExp) => {
      const traceId = collector.spans.find(({ name }) => names.test(name))?.traceId;
      return collector.spans.filter((span) => span.traceId === traceId);
    };
    try {
      world = await startWorld(mode, {
        accounts: ['alice'],
        config: { telemetry: { otlp_endpoint: collector.url } },
      });
      const [phone, alice] = [await world.phone(), await world.caller('alice')];
      const up = await answeredByPhone(alice, phone);
      await hungUpByUser(up);
      await alice.user.send(
        el('message', { to: contactOf('bob'), type: 'chat', id: 'm1' }, el('body', {}, 'hush one')),
      );
      const message = await phone.nextRequest('MESSAGE');
      expect(message.request.body?.content).toBe('hush one');
      message.respond(200);
      const said = phone.message(addressOfUser('alice'), sipAddressOf('bob'), 'hush two');
      expect((await said.waitFor('final')).status).toBe(202);
      const heard = childOf(await alice.user.next(({ name }) => name === 'message'), 'body');
      expect(heard && textOf(heard)).toBe('hush two');
      await expect
        .poll(() =>
          [/^call$/, /^sip in 200 MESSAGE$/, /^xmpp out message$/].map((names) => traceOf(names).length > 2),
        )
        .toEqual([true, true, true]);
      // What the processes have not told yet they tell at their end.
      await world.gateway.stop();

      const roots = collector.spans.filter(({ name }) => name === 'call');
      expect(roots).toHaveLength(1);
      expect(attributesOf(roots[0])).toMatchObject({
        'jingle.sid': up.sid,
        'stoxgate.user': 'alice@xmpp.test',
        'stoxgate.phone': sipAddressOf('bob'),
        'stoxgate.direction': 'xmpp-to-sip',
        'stoxgate.end_result': 'success',
      });
      const call = traceOf(/^call$/);
      expect(isTree(call)).toBe(true);
      const count = (start: string) => call.filter(({ name }) => name.startsWith(start)).length;
      expect(Math.min(count('xmpp '), count('sip '))).toBeGreaterThanOrEqual(2);
      expect(count('step ')).toBeGreaterThanOrEqual(4);

      const sent = traceOf(/^sip in 200 MESSAGE$/);
      expect(isTree(sent)).toBe(true);
      expect(sent.map(({ name }) => name)).toEqual(
        expect.arrayContaining(['xmpp in message', 'step xmpp.message.received', 'sip out MESSAGE']),
      );
      const received = traceOf(/^xmpp out message$/);
      expect(isTree(received)).toBe(true);
      expect(received.map(({ name }) => name)).toEqual(
        expect.arrayContaining(['sip in MESSAGE', 'sip out 202 MESSAGE']),
      );
      const told = collector.bodies.join('\n');
      expect(told).not.toMatch(/hush|s3cret|a=rtpmap|candidate|ice-pwd/);
    } finally {
      collector.server.closeAllConnections();
      collector.server.close();
    }
  });
});
