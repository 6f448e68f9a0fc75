/**
 * An endpoint on the loopback whose events a test reads.
 */
import type { CommandOf } from '@stoxgate/contracts';
import { MsrpEndpoint } from '../endpoint/endpoint.ts';
import type { MsrpEndpointOptions } from '../endpoint/endpoint-options.ts';
import type { MsrpDropReason, MsrpEvent } from '../endpoint/endpoint-user.ts';
import { MSRP_TIMING } from '../endpoint/timing.ts';

export interface OpenEndpoint {
  readonly endpoint: MsrpEndpoint<string>;
  readonly drops: readonly MsrpDropReason[];
  /** The next event; rejects when none comes within 20 s of real time. */
  event(): Promise<MsrpEvent>;
  /** Takes the events that came and that nobody has taken. */
  rest(): readonly MsrpEvent[];
  /** What the user makes of events: whether they were passed on. */
  passing: (event: MsrpEvent) => Promise<boolean>;
  /** Opens a session and gives its path. */
  session(id: string, given?: Partial<CommandOf<'msrp.session.open'>>): Promise<string>;
  send(id: string, given?: Partial<CommandOf<'msrp.message.send'>>): void;
  close(): Promise<void>;
}

export interface EndpointSettings {
  readonly limits?: Partial<MsrpEndpointOptions['limits']>;
  readonly options?: Partial<MsrpEndpointOptions>;
}

export const EDGE = 'e1';
const EVENT_MS = 20_000;
const realSetTimeout = setTimeout;
const realClearTimeout = clearTimeout;

export async function openEndpoint(settings: EndpointSettings = {}): Promise<OpenEndpoint> {
  const events: MsrpEvent[] = [];
  const drops: MsrpDropReason[] = [];
  let arrived = (): void => undefined;
  let names = 0;
  const user = {
    happened: (_origin: string, event: MsrpEvent): Promise<boolean> => {
      events.push(event);
      arrived();
      return open.passing(event);
    },
    dropped: (reason: MsrpDropReason) => void drops.push(reason),
  };
  const endpoint = await MsrpEndpoint.listen<string>(
    {
      listenHost: '127.0.0.1',
      listenPort: 0,
      publicHost: '127.0.0.1',
      admits: () => true,
      limits: {
        maxMessageBytes: 10_000,
        maxQueuedBytes: 100_000,
        maxSessions: 10,
        maxConnections: 10,
        ...settings.limits,
      },
      timing: MSRP_TIMING,
      ...settings.options,
    },
    user,
  );
  const open: OpenEndpoint = {
    endpoint,
    drops,
    passing: () => Promise.resolve(true),
    event: () =>
      new Promise((resolve, reject) => {
        const late = realSetTimeout(() => reject(new Error('No event came.')), EVENT_MS);
        const take = (): void => {
          const next = events.shift();
          if (next === undefined) return;
          realClearTimeout(late);
          arrived = () => undefined;
          resolve(next);
        };
        arrived = take;
        take();
      }),
    rest: () => events.splice(0),
    session: async (id, given = {}) => {
      endpoint.open('o', { type: 'msrp.session.open', session: id, isSecure: false, ...given });
      const event = await open.event();
      if (event.type !== 'msrp.session.opened') throw new Error(`The event is ${JSON.stringify(event)}.`);
      return event.path;
    },
    send: (id, given = {}) =>
      endpoint.send('o', {
        type: 'msrp.message.send',
        edge: EDGE,
        session: id,
        message: `m${++names}`,
        body: { contentType: 'text/plain', content: 'hi', encoding: 'utf8' },
        wantsReport: false,
        failureReport: 'yes',
        ...given,
      }),
    close: () => endpoint.close(),
  };
  return open;
}
