/**
 * The state of one session: plain data, JSON-able, discriminated by the kind of its key.
 */
export interface CallSession {
  readonly kind: 'call';
  /** Commands issued so far; the next id derives from it. */
  readonly sequence: number;
}

export interface PairSession {
  readonly kind: 'pair';
  readonly sequence: number;
}

export interface UserSession {
  readonly kind: 'user';
  readonly sequence: number;
}

export type Session = CallSession | PairSession | UserSession;
