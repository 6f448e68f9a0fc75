import type { Bus } from '@stoxgate/bus';
import { brandEdgeId, type SessionKey, sipEdgeSubject } from '@stoxgate/contracts';
import { outgoing, startLine, textRequest, textResponse } from '@stoxgate/sip-stack/testing';
import type { SessionStore } from '@stoxgate/store';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { tellLostCalls } from './lost-calls.ts';
import { type OpenEdge, openEdge, payloadOf } from './testing/open-edge.ts';

let open: OpenEdge;
let bus: Bus;
const lookedFor: string[] = [];
let isInviting = false;

beforeEach(async () => {
  lookedFor.length = 0;
  const store = {
    find: async (index: string) => {
      lookedFor.push(index);
      return ['call:rings'];
    },
    carries: async (key: SessionKey, index: string) => {
      lookedFor.push(`${key} ${index}`);
      return isInviting;
    },
  } as unknown as SessionStore;
  open = await openEdge({
    change: (context) => {
      bus = context.bus;
      return { ...context, store };
    },
  });
});
afterEach(() => open.close());

const send = (method: string, overrides: Parameters<typeof outgoing>[1] = {}) =>
  open.command({ type: 'sip.request.send', branch: 'z9hG4bK-x', request: outgoing(method, overrides) });
const say = (text: string) => open.peer.say(text, open.edge.port);

test('takeover - a request is settled when its final response is an event: until then another edge can send it', async () => {
  await send('MESSAGE');
  const message = await open.peer.hear();
  await say(textResponse(message, 100));
  await open.event();
  await vi.waitFor(() => expect(bus.backlog()).toBe(1));
  await say(textResponse(message, 200, { toTag: 'r' }));
  await open.event();
  await vi.waitFor(() => expect(bus.backlog()).toBe(0));
});

test('takeover - an INVITE that opens a call is settled when the call knows its edge; in a dialog it is not', async () => {
  await send('INVITE');
  await say(textResponse(await open.peer.hear(), 100));
  await open.event();
  await vi.waitFor(() => expect(bus.backlog()).toBe(0));
  await open.command({
    type: 'sip.request.send',
    branch: 'z9hG4bK-again',
    request: outgoing('INVITE', {
      requestUri: `sip:romeo@127.0.0.1:${open.peer.port}`,
      to: { uri: 'sip:romeo@sip.test', params: { tag: 'r' } },
      cseq: 2,
    }),
  });
  const again = await open.peer.hear();
  await say(textResponse(again, 100));
  await open.event();
  await vi.waitFor(() => expect(bus.backlog()).toBe(1));
  await say(textResponse(again, 200));
  await open.event();
  await vi.waitFor(() => expect(bus.backlog()).toBe(0));
});

test('takeover - an INVITE of a while ago is sent unless its call has heard of it from another edge', async () => {
  const late = { at: Date.now() - 300, key: 'call:c' };
  const invite = (branch: string) =>
    open.command({ type: 'sip.request.send', branch, request: outgoing('INVITE', { callId: branch }) }, late);
  isInviting = false;
  await invite('z9hG4bK-known');
  await vi.waitFor(() => expect(lookedFor).toEqual(['call:c inviting:z9hG4bK-known']));
  await vi.waitFor(() => expect(bus.backlog()).toBe(0));
  isInviting = true;
  await invite('z9hG4bK-unknown');
  expect(await open.peer.hear()).toContain('z9hG4bK-unknown');
});

test('takeover - ACK and CANCEL, and what was sent before, wait for nothing', async () => {
  await send('ACK', { to: { uri: 'sip:romeo@sip.test', params: { tag: 'r' } } });
  await send('CANCEL');
  await vi.waitFor(() => expect(bus.backlog()).toBe(0));
  await send('MESSAGE', { callId: 'm' });
  await send('MESSAGE', { callId: 'm' });
  await vi.waitFor(() => expect(bus.backlog()).toBe(1));
});

test('takeover - a response to an INVITE of another edge is an event of its call', async () => {
  const other = textRequest({
    method: 'INVITE',
    port: open.edge.port,
    branch: 'z9hG4bK-other',
    callId: 'c9',
  });
  await say(textResponse(other, 200, { toTag: 'r' }));
  const event = await open.event();
  expect(event.key).toBe('call:c9');
  expect(payloadOf(event, 'sip.response.received')).toMatchObject({ branch: 'z9hG4bK-other' });
});

test('takeover - what is addressed to an edge that is gone is sent here, and its ringing calls are told', async () => {
  const gone = sipEdgeSubject(brandEdgeId('gone'));
  const edge = await bus.consume({ subject: gone, durable: 'sip-edge.gone', maxInFlight: 1 }, async () => {});
  await edge.stop(0);
  await open.command(
    { type: 'sip.request.send', edge: 'gone', branch: 'z9hG4bK-y', request: outgoing('CANCEL') },
    { subject: gone },
  );
  const event = await vi.waitFor(() => open.event(), 15_000);
  expect(event.key).toBe('call:rings');
  expect(payloadOf(event, 'sip.edge.lost').edge).toBe('gone');
  expect(lookedFor).toEqual(['edge:gone']);
  expect(startLine(await open.peer.hear())).toContain('CANCEL');
});

test('takeover - calls are told page by page; a store that is away is no fault', async () => {
  const told: string[] = [];
  const keys = Array.from({ length: 250 }, (_, index) => `call:${index}` as SessionKey);
  const log = { warn: () => {} } as never;
  const publish = async (key: SessionKey): Promise<boolean> => told.push(key) > 0;
  const find: SessionStore['find'] = async (_, limit, after) => {
    const from = after === undefined ? 0 : keys.indexOf(after) + 1;
    return keys.slice(from, from + limit);
  };
  await tellLostCalls({ store: { find }, publish, log }, 'gone');
  expect(told).toEqual(keys);
  const away = { find: () => Promise.reject(new Error('away')) };
  await expect(tellLostCalls({ store: away, publish, log }, 'gone')).resolves.toBeUndefined();
});
