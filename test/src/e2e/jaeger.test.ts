/**
 * A real Jaeger hears of calls through separate processes: each is one trace, found by what an operator knows of it.
 */
import {
  type Jaeger,
  type JaegerSpan,
  type JaegerTrace,
  type JingleUser,
  phoneSdp,
  type Rtpengine,
  type SipPhone,
  startJaeger,
  startRtpengine,
} from '@stoxgate/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { addressOfUser, answeredByPhone, hungUpByUser, sipAddressOf } from './call-up.ts';
import { startWorld, type World } from './world.ts';

let jaeger: Jaeger | undefined;
let relay: Rtpengine | undefined;
let world: World | undefined;
let alice: JingleUser;
let phone: SipPhone;

beforeAll(async () => {
  [jaeger, relay] = await Promise.all([startJaeger(), startRtpengine()]);
  world = await startWorld('roles', {
    accounts: ['alice'],
    config: {
      telemetry: { otlp_endpoint: jaeger.otlpUrl },
      media: { relay: 'rtpengine', rtpengine: [relay.address] },
    },
  });
  [phone, alice] = [await world.phone(), await world.caller('alice')];
});
afterAll(async () => {
  await world?.stop();
  await Promise.all([jaeger?.stop(), relay?.stop()]);
});

const tagOf = ({ tags }: JaegerSpan, name: string): unknown => tags.find(({ key }) => key === name)?.value;
const parentOf = ({ references }: JaegerSpan): string | undefined =>
  references.find(({ refType }) => refType === 'CHILD_OF')?.spanID;
const servicesOf = ({ spans, processes }: JaegerTrace): readonly string[] =>
  [...new Set(spans.map(({ processID }) => processes[processID]?.serviceName ?? ''))]
    .map((name) => name.replace('stoxgate-', ''))
    .sort();

/** The one trace that has a root with these tags, once every process has told of its part. */
async function traceOf(tags: Readonly<Record<string, string>>): Promise<JaegerTrace> {
  let [known, quiet] = [0, 0];
  let found: readonly JaegerTrace[] = [];
  await expect
    .poll(
      async () => {
        found = (await jaeger?.find('stoxgate-translator', tags)) ?? [];
        const spans = found.flatMap((trace) => trace.spans).length;
        quiet = spans === known ? quiet + 1 : 0;
        known = spans;
        return found.some((trace) => trace.spans.some(isRoot)) && quiet >= 3;
      },
      { timeout: 30_000, interval: 500 },
    )
    .toBe(true);
  const [trace] = found;
  if (trace === undefined || found.length > 1) throw new Error(`${found.length} traces`);
  return trace;
}

const isRoot = (span: JaegerSpan): boolean => span.operationName === 'call' && parentOf(span) === undefined;

/** Clocks of one machine are read one after the other. */
const CLOCK_US = 20_000;

/** What is wrong with the tree: spans whose parent is missing, or begins after them. */
function faultsOf({ spans }: JaegerTrace): readonly string[] {
  const byId = new Map(spans.map((span) => [span.spanID, span]));
  return spans.flatMap((span) => {
    const id = parentOf(span);
    if (id === undefined) return isRoot(span) ? [] : [`${span.operationName} has no parent`];
    const parent = byId.get(id);
    if (parent === undefined) return [`the parent of ${span.operationName} is missing`];
    return span.startTime + CLOCK_US < parent.startTime
      ? [`${span.operationName} begins before ${parent.operationName}`]
      : [];
  });
}

/** Names of a span and of those above it, the root first. */
function pathTo(trace: JaegerTrace, name: string): readonly string[] {
  const byId = new Map(trace.spans.map((span) => [span.spanID, span]));
  const path: string[] = [];
  let at = trace.spans.find(({ operationName }) => operationName === name);
  while (at !== undefined && byId.delete(at.spanID)) {
    path.unshift(at.operationName);
    at = byId.get(parentOf(at) ?? '');
  }
  return path;
}

test('Jaeger - a call through separate processes is one trace, each cause above what it led to', async () => {
  const up = await answeredByPhone(alice, phone);
  await hungUpByUser(up);
  const trace = await traceOf({ 'jingle.sid': up.sid, 'stoxgate.end_result': 'success' });
  expect(servicesOf(trace)).toEqual(['media-edge', 'sip-edge', 'translator', 'xmpp-edge']);
  expect(faultsOf(trace)).toEqual([]);
  expect(pathTo(trace, 'sip out INVITE')).toEqual([
    'call',
    'xmpp in iq session-initiate',
    'step xmpp.iq.received',
    'media offer',
    'step media.request.answered',
    'sip out INVITE',
  ]);
  expect(pathTo(trace, 'xmpp out iq session-accept').slice(-6)).toEqual([
    'sip out INVITE',
    'sip in 200 INVITE',
    'step sip.response.received',
    'media answer',
    'step media.request.answered',
    'xmpp out iq session-accept',
  ]);
  const root = trace.spans.find(isRoot);
  expect(root && tagOf(root, 'stoxgate.user')).toMatch(/^alice@/);
  expect(root && tagOf(root, 'stoxgate.phone')).toBe(sipAddressOf('bob'));
  const answers = trace.spans.filter((span) => tagOf(span, 'sip.status_code') === 200);
  expect(answers.map(({ operationName }) => operationName).sort()).toEqual([
    'sip in 200 BYE',
    'sip in 200 INVITE',
  ]);
});

test('Jaeger - a relayed call that a timer ends is one trace, over all five services', async () => {
  const call = phone.invite({
    to: addressOfUser('alice'),
    from: sipAddressOf('bob'),
    sdp: phoneSdp(),
    headers: { expires: ['3'] },
  });
  const { status } = await call.waitFor('final');
  const trace = await traceOf({ 'stoxgate.call_id': call.callId, 'stoxgate.direction': 'sip-to-xmpp' });
  expect(servicesOf(trace)).toEqual(['media-edge', 'session-store', 'sip-edge', 'translator', 'xmpp-edge']);
  expect(faultsOf(trace)).toEqual([]);
  expect(pathTo(trace, `sip out ${status} INVITE`)).toEqual([
    'call',
    'timer',
    'step timer.fired',
    `sip out ${status} INVITE`,
  ]);
});

test('Jaeger - a call whose translator is killed in the middle stays one trace', async () => {
  const up = await answeredByPhone(alice, phone);
  await world?.gateway.crash('translator');
  await world?.gateway.ready(60_000);
  await hungUpByUser(up);
  const trace = await traceOf({ 'jingle.sid': up.sid, 'stoxgate.end_result': 'success' });
  // What the dead one had not told yet may be missing; what came after it is not.
  expect(faultsOf(trace).filter((fault) => !fault.endsWith('is missing'))).toEqual([]);
  expect(pathTo(trace, 'sip out BYE')).toEqual([
    'call',
    'xmpp in iq session-terminate',
    'step xmpp.iq.received',
    'sip out BYE',
  ]);
  expect(trace.spans.filter(isRoot)).toHaveLength(1);
});
