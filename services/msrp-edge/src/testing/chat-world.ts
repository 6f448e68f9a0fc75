/**
 * An endpoint and its peer on the loopback, in time that passes when a test says so.
 */
import { MsrpPeer, type MsrpPeerOptions } from '@stoxgate/testkit';
import { expect, vi } from 'vitest';
import { EDGE, type EndpointSettings, type OpenEndpoint, openEndpoint } from './open-endpoint.ts';

const FAKED = ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'Date'] as const;

/** What closes at the end of a test. */
export const opened: (() => Promise<void>)[] = [];

export function begin(): void {
  vi.useFakeTimers({ toFake: [...FAKED] });
}

export async function end(): Promise<void> {
  for (const close of opened.splice(0)) await close();
  vi.useRealTimers();
}

export async function passes(ms: number): Promise<void> {
  await vi.advanceTimersByTimeAsync(ms);
}

/** Turns of the event loop in which what is on the loopback comes through. Only where nothing is to come. */
export async function settle(turns = 20): Promise<void> {
  for (let turn = 0; turn < turns; turn++) await new Promise((resolve) => setImmediate(resolve));
}

export interface ChatWorld {
  readonly open: OpenEndpoint;
  readonly peer: MsrpPeer;
}

export async function world(
  settings: EndpointSettings = {},
  options: MsrpPeerOptions = {},
): Promise<ChatWorld> {
  const [open, peer] = await Promise.all([openEndpoint(settings), MsrpPeer.open(options)]);
  opened.push(() => peer.close(), open.close);
  return { open, peer };
}

export function connectTo(
  { endpoint }: OpenEndpoint,
  peer: MsrpPeer,
  role: 'active' | 'passive',
  session = 's1',
): void {
  endpoint.connect('o', {
    type: 'msrp.session.connect',
    edge: EDGE,
    session,
    peer: { path: [peer.path], role },
  });
}

/** A session `s1` that is connected: by us to the peer, or by the peer. */
export async function connected(
  role: 'active' | 'passive',
  settings: EndpointSettings = {},
  options: MsrpPeerOptions = {},
): Promise<ChatWorld & { readonly path: string }> {
  const made = await world(settings, options);
  const path = await made.open.session('s1');
  if (role === 'active') made.peer.expect(path);
  connectTo(made.open, made.peer, role);
  if (role === 'passive') expect(await made.peer.connect(path)).toBe(200);
  else await made.peer.next();
  expect(await made.open.event()).toEqual({ type: 'msrp.session.connected', session: 's1' });
  return { ...made, path };
}

export const received = (text: string) => ({
  type: 'msrp.message.received',
  body: { content: text, encoding: 'utf8' },
});
