/**
 * The state of one session: plain data, JSON-able, discriminated by the kind of its key.
 */
import type { CallSession } from './call/call-session.ts';
import type { DialogSession } from './dialog/dialog-session.ts';
import type { DialogWatch } from './dialog-watch/dialog-watch.ts';
import type { PairSession } from './message/pair-session.ts';
import type { PhoneSession } from './phone/phone-session.ts';
import type { PresenceSession } from './presence/presence-session.ts';
import type { PublishedSession } from './published/published-session.ts';
import type { RelayedCall } from './relay/relay-state.ts';
import type { UserSession } from './user/user-session.ts';

export type {
  CallSession,
  DialogSession,
  DialogWatch,
  PairSession,
  PhoneSession,
  PresenceSession,
  PublishedSession,
  UserSession,
};
export type Session =
  | RelayedCall
  | DialogSession
  | DialogWatch
  | PairSession
  | PhoneSession
  | PresenceSession
  | PublishedSession
  | UserSession;
