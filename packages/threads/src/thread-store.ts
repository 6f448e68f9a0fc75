/** The session store for a thread that has none of its own, and what the thread that has it does for that one. */
import { StoxgateError } from '@stoxgate/contracts';
import type { SessionStore } from '@stoxgate/store';
import type { Patience, Peer } from './peer.ts';

type Asked = Omit<SessionStore, 'loadAtOnce' | 'recall' | 'published' | 'fault' | 'close'>;

export type StoreProcedures = {
  [Name in keyof Asked as `store.${Name}`]: Asked[Name];
} & { 'store.fault': () => Promise<string | undefined> };

export const storeProcedures = (store: SessionStore): StoreProcedures => ({
  'store.load': (key) => store.load(key),
  'store.commit': (commit) => store.commit(commit),
  'store.takeDueTimers': (now, limit, leaseMs) => store.takeDueTimers(now, limit, leaseMs),
  'store.nextTimerAt': () => store.nextTimerAt(),
  'store.find': (index, limit, after) => store.find(index, limit, after),
  'store.carries': (key, index) => store.carries(key, index),
  'store.count': () => store.count(),
  'store.fault': async () => store.fault(),
});

/** Longer than the store itself waits for a server. */
const PATIENCE: Patience = { timeoutMs: 10_000, code: 'STOX_STORE_UNAVAILABLE' };
const ASK_EVERY_MS = 250;

/** @param host the thread that has the store. */
export function threadStore(host: () => Peer<StoreProcedures>): SessionStore {
  let fault: string | undefined;
  let isOpen = true;
  const ask: Peer<StoreProcedures>['call'] = (name, args, patience) =>
    isOpen ? host().call(name, args, patience) : Promise.reject(closed());
  const timer = setInterval(() => {
    host()
      .call('store.fault', [], PATIENCE)
      .then(
        (told) => {
          fault = told;
        },
        (cause: unknown) => {
          fault = String(cause);
        },
      );
  }, ASK_EVERY_MS).unref();
  return {
    load: (key) => ask('store.load', [key], PATIENCE),
    commit: (commit) => ask('store.commit', [commit], PATIENCE),
    takeDueTimers: (now, limit, leaseMs) => ask('store.takeDueTimers', [now, limit, leaseMs], PATIENCE),
    nextTimerAt: () => ask('store.nextTimerAt', [], PATIENCE),
    find: (index, limit, after) => ask('store.find', [index, limit, after], PATIENCE),
    carries: (key, index) => ask('store.carries', [key, index], PATIENCE),
    count: () => ask('store.count', [], PATIENCE),
    fault: () => (isOpen ? fault : 'closed'),
    close: async () => {
      isOpen = false;
      clearInterval(timer);
    },
  };
}

const closed = (): StoxgateError => new StoxgateError(PATIENCE.code, 'The store was closed.');
