/**
 * One trace per call and per message, across processes: an OTLP collector of the test's own hears of it from every service.
 */
import { createServer, type Server } from 'node:http';
import type { JingleUser, SipPhone } from '@stoxgate/testkit';
import { childOf, el, textOf } from '@stoxgate/wire-xmpp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
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
  let world: World;
  let collector: Collector;
  let alice: JingleUser;
  let phone: SipPhone;

  beforeAll(async () => {
    collector = await startCollector();
    world = await startWorld(mode, {
      accounts: ['alice'],
      config: { telemetry: { otlp_endpoint: collector.url }, presence: { mode: 'sip' } },
    });
    [phone, alice] = [await world.phone(), await world.caller('alice')];
  });
  afterAll(async () => {
    await world?.stop();
    collector.server.closeAllConnections();
    collector.server.close();
  });

  /** The trace of the first span of that name, once it is whole: spans with these names, one root, no orphans. */
  async function wholeTrace(name: RegExp, ...others: readonly string[]): Promise<readonly Span[]> {
    let trace: readonly Span[] = [];
    await expect
      .poll(() => {
        const traceId = collector.spans.find((span) => name.test(span.name))?.traceId;
        trace = collector.spans.filter((span) => span.traceId === traceId);
        const names = trace.map((span) => span.name);
        return { names, isTree: isTree(trace) };
      })
      .toEqual({ names: expect.arrayContaining([...others]), isTree: true });
    return trace;
  }

  test('traces - one call is one trace with one root, from the first stanza to the end', async () => {
    const up = await answeredByPhone(alice, phone);
    await hungUpByUser(up);
    const trace = await wholeTrace(/^call$/, 'xmpp in iq session-terminate', 'sip in 200 BYE');
    const roots = trace.filter(({ parentSpanId }) => !parentSpanId);
    expect(roots.map(({ name }) => name)).toEqual(['call']);
    expect(attributesOf(roots[0])).toMatchObject({
      'jingle.sid': up.sid,
      'stoxgate.user': 'alice@xmpp.test',
      'stoxgate.phone': sipAddressOf('bob'),
      'stoxgate.direction': 'xmpp-to-sip',
      'stoxgate.end_result': 'success',
    });
    const count = (start: string) => trace.filter(({ name }) => name.startsWith(start)).length;
    expect(Math.min(count('xmpp '), count('sip '))).toBeGreaterThanOrEqual(2);
    expect(count('step ')).toBeGreaterThanOrEqual(4);
  });

  test('traces - a message is one trace, whichever way it goes, and nobody reads it there', async () => {
    const body = el('body', {}, 'hush one');
    await alice.user.send(el('message', { to: contactOf('bob'), type: 'chat', id: 'm1' }, body));
    const message = await phone.nextRequest('MESSAGE');
    expect(message.request.body?.content).toBe('hush one');
    message.respond(200);
    const said = phone.message(addressOfUser('alice'), sipAddressOf('bob'), 'hush two');
    expect((await said.waitFor('final')).status).toBe(202);
    const heard = childOf(await alice.user.next(({ name }) => name === 'message'), 'body');
    expect(heard && textOf(heard)).toBe('hush two');
    const [first] = await wholeTrace(
      /^xmpp in message$/,
      ...['step xmpp.message.received', 'sip out MESSAGE', 'sip in 200 MESSAGE'],
    );
    expect(attributesOf(first)['stoxgate.user']).toBe('alice@xmpp.test');
    await wholeTrace(/^sip in MESSAGE$/, 'sip out 202 MESSAGE', 'xmpp out message');
    expect(collector.bodies.join('\n')).not.toMatch(/hush|s3cret|a=rtpmap|candidate|ice-pwd/);
  });

  test('traces - a subscription is one trace for as long as its dialog', async () => {
    const contact = contactOf('romeo');
    await alice.user.send(el('presence', { type: 'subscribe', to: contact }));
    const subscribe = await phone.nextRequest('SUBSCRIBE');
    subscribe.respond(200, { headers: { expires: ['3600'] } });
    for (const state of ['active;expires=3600', 'terminated;reason=rejected']) {
      const headers = { event: ['presence'], 'subscription-state': [state] };
      const told = subscribe.dialog?.send('NOTIFY', { headers });
      expect((await told?.waitFor('final'))?.status).toBe(200);
    }
    const trace = await wholeTrace(/^subscription$/, 'sip in NOTIFY', 'step dialog.request.received');
    expect(trace.filter(({ name }) => name === 'sip in NOTIFY')).toHaveLength(2);
    expect(attributesOf(trace.find(({ name }) => name === 'subscription'))).toEqual({
      'stoxgate.call_id': subscribe.request.callId,
      'stoxgate.user': 'alice@xmpp.test',
      'stoxgate.phone': sipAddressOf('romeo'),
    });
  });

  if (mode === 'all') return;
  test('traces - a call whose translator is killed in the middle stays one trace', async () => {
    const up = await answeredByPhone(alice, phone);
    await world.gateway.crash('translator');
    await world.gateway.ready(60_000);
    await hungUpByUser(up);
    const rootOf = () =>
      collector.spans.filter((span) => span.name === 'call' && attributesOf(span)['jingle.sid'] === up.sid);
    await expect.poll(() => rootOf().length).toBe(1);
    const [root] = rootOf();
    const named = (name: string) =>
      collector.spans.filter((span) => span.traceId === root?.traceId && span.name === name);
    await expect.poll(() => named('sip in 200 BYE').length).toBe(1);
    // Of the two processes of that role: one knew the call from its record alone.
    expect(named('xmpp in iq session-initiate')[0]?.parentSpanId).toBe(root?.spanId);
    expect(named('xmpp in iq session-terminate')[0]?.parentSpanId).toBe(root?.spanId);
    expect(attributesOf(root)['stoxgate.end_result']).toBe('success');
  });
});
