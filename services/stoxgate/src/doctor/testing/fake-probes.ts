/**
 * Probes that see a world of the test's own: nothing is there but what is named.
 */
import { Config } from '@stoxgate/runtime';
import type { Conversation, Opened, Probes } from '../probes.ts';

/** What the other end says to all that it was told, each time that is more. */
export type Script = (said: string) => string;

export function scripted(script: Script, distrust?: string): Opened {
  let said = '';
  const line: Conversation = {
    ...(distrust !== undefined && { distrust }),
    local: { host: '127.0.0.1', port: 40_000 },
    say: (text) => {
      said += text;
    },
    hear: () => Promise.resolve(script(said)),
    close: () => undefined,
  };
  return { ok: true, line };
}

export const REFUSED: Opened = { ok: false, code: 'ECONNREFUSED' };

export function fakeProbes(changes: Partial<Probes> = {}): Probes {
  const clocks: { whose: string; aheadSeconds: number }[] = [];
  return {
    connect: () => Promise.resolve(REFUSED),
    connectTls: () => Promise.resolve(REFUSED),
    udp: () => Promise.resolve(REFUSED),
    http: () => Promise.resolve({ ok: false, code: 'ECONNREFUSED' }),
    addresses: (name) => Promise.resolve(/^[\d.:]+$/.test(name) ? [name] : []),
    hasServices: () => Promise.resolve(false),
    listenFault: () => Promise.resolve(undefined),
    readFile: () => Promise.resolve(undefined),
    tableFault: () => Promise.resolve(undefined),
    noteClock: (whose, seconds) => {
      clocks.push({ whose, aheadSeconds: seconds });
    },
    clocks: () => clocks,
    now: () => 0,
    ...changes,
  };
}

/** A configuration with the least there must be, and these sections. */
export const configOf = (sections: Readonly<Record<string, unknown>> = {}): Config =>
  Config.parse({
    xmpp: { domains: ['xmpp.test'], components: [{ domain: 'sip.xmpp.test', secret: 's' }] },
    ...sections,
  });
