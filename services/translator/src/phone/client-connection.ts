/**
 * The last stage over TCP or WebSocket: one connection at a time, which an edge has, and which is told what to show.
 *
 * offered ──taken──▶ opening ──opened──▶ open; from each of them closed, or ending ──▶ closed.
 */
import type { CommandOf, ConnectionCause, PhoneConnectionEvent } from '@stoxgate/contracts';
import { clientUrlOf, isUsableClientUrl } from './client-url.ts';
import type { ClientConnection, Parked, Shown } from './phone-session.ts';
import type { PhoneTurn } from './phone-turn.ts';
import { nextPresenceId } from './presence-id.ts';
import { presence } from './presence-stanza.ts';

/** How long nobody may take a connection that is offered; how long a login, presence or the end may be on its way. */
const OFFERED_MS = 60_000;
const OPENING_MS = 60_000;
const SENDING_MS = 30_000;
const ENDING_MS = 30_000;
/** A connection that lived so long was a good one: what went wrong before it counts no more. */
const STABLE_MS = 30_000;
/** The bus forgets what nobody settles within a day: by then what holds a connection has been said anew. */
const KEPT_MS = 12 * 3_600_000;
const MAX_CONFLICTS = 3;

/** Offers a connection to all edges. Without an address that the password may go to, the account is parked. */
export function offer(turn: PhoneTurn, conflicts = 0): void {
  const { policy, session, now } = turn;
  const { account } = session;
  if (!isUsableClientUrl(clientUrlOf(policy, account), policy.allowPlain)) {
    turn.park('address');
    return;
  }
  const resource = account.resource ?? policy.resource;
  const connection: ClientConnection = {
    id: turn.derive(12),
    phase: 'offered',
    phaseUntil: now + OFFERED_MS,
    resource: conflicts === 0 ? resource : `${resource}-${turn.derive(3)}`,
    conflicts,
    number: 0,
  };
  turn.update({ isRenewing: undefined, connection });
  turn.commands.push({ type: 'phone.connection.keep', connection: connection.id });
}

/** What an edge is told of a connection that is not wanted, or no more. */
export const closing = (connection: string, edge: string): CommandOf<'phone.connection.close'> => ({
  type: 'phone.connection.close',
  connection,
  edge,
});

/**
 * An edge has the connection. The first to have it opens it. One after it has it because that one died, or could not say that it
 * lives: both are told to close it, and another one is offered, which the bus has not handed around yet.
 */
function taken(turn: PhoneTurn, id: string, edge: string): void {
  const { policy, session, now } = turn;
  const { connection, account } = session;
  if (connection?.id === id && connection.edge === undefined) {
    const { username, domain, secret } = account;
    const url = clientUrlOf(policy, account);
    const login = { url, domain, username, secret, mechanisms: [...policy.mechanisms] };
    const { resource } = connection;
    turn.updateConnection({ phase: 'opening', edge, phaseUntil: now + OPENING_MS, keptUntil: now + KEPT_MS });
    turn.commands.push({ type: 'phone.connection.open', connection: id, edge, ...login, resource });
    return;
  }
  turn.commands.push(closing(id, edge));
  if (connection?.id !== id || connection.edge === undefined) return;
  if (connection.edge !== edge) turn.commands.push(closing(id, connection.edge));
  turn.update({ connection: undefined });
}

const PARKED: Partial<Readonly<Record<ConnectionCause, Parked>>> = {
  secret: 'credentials',
  credentials: 'credentials',
  mechanism: 'mechanism',
  unproven: 'unproven',
  unusable: 'address',
  address: 'address',
  replaced: 'replaced',
};

const LATER: ReadonlySet<ConnectionCause> = new Set(['temporary', 'refused', 'shutdown']);

function closed(turn: PhoneTurn, connection: ClientConnection, cause: ConnectionCause): void {
  const parked = PARKED[cause];
  if (connection.phase === 'ending') {
    turn.closed();
  } else if (parked !== undefined) {
    turn.closed();
    turn.park(parked);
  } else if (cause === 'conflict' && connection.conflicts < MAX_CONFLICTS) {
    offer(turn, connection.conflicts + 1);
  } else {
    turn.lost(LATER.has(cause) || cause === 'conflict' ? 'later' : 'soon');
  }
}

function opened(turn: PhoneTurn): void {
  const { session, now } = turn;
  const phaseUntil = session.failures === 0 ? 0 : now + STABLE_MS;
  turn.updateConnection({ phase: 'open', phaseUntil });
  turn.update({ presenceId: session.presenceId ?? turn.derive(6) });
}

/** False: it is about no connection of this phone, or comes from an edge that has it no more. */
export function connectionHappened(turn: PhoneTurn, event: PhoneConnectionEvent): boolean {
  const { edge } = turn.input;
  if (event.type === 'phone.connection.taken') {
    taken(turn, event.connection, edge);
    return true;
  }
  const { connection } = turn.session;
  if (connection?.id !== event.connection || connection.edge !== edge) return false;
  switch (event.type) {
    case 'phone.connection.opened':
      if (connection.phase !== 'opening') return false;
      opened(turn);
      return true;
    case 'phone.presence.sent':
      if (event.number !== connection.number) return false;
      turn.updateConnection({ sentUntil: undefined });
      return true;
    case 'phone.connection.closed':
      closed(turn, connection, event.cause);
      return true;
  }
}

/** Ends it: the edge logs out, if it had come to that. */
function end(turn: PhoneTurn, { id, edge }: ClientConnection): void {
  if (edge === undefined) {
    turn.closed();
    return;
  }
  turn.updateConnection({ phase: 'ending', phaseUntil: turn.now + ENDING_MS, sentUntil: undefined });
  turn.commands.push(closing(id, edge));
}

function show(turn: PhoneTurn, { id, edge, number }: ClientConnection, shown: Shown): void {
  if (edge === undefined) return;
  const sent = { connection: id, edge, number: number + 1 };
  turn.updateConnection({ shown, number: sent.number, sentUntil: turn.now + SENDING_MS });
  turn.commands.push({
    type: 'phone.presence.send',
    ...sent,
    presence: presence(turn.policy, nextPresenceId(turn), shown),
  });
}

/** Drives the connection to what is wanted; undefined: none is. */
export function steer(turn: PhoneTurn, connection: ClientConnection, wanted: Shown | undefined): void {
  const { phase, shown } = connection;
  if (phase === 'ending') return;
  if (wanted === undefined || (turn.session.isRenewing === true && phase !== 'offered')) {
    end(turn, connection);
  } else if (phase === 'open' && shown !== wanted) {
    show(turn, connection, wanted);
  }
}

/** Time has passed: steps of which nothing was heard, and what the bus is to be told anew. */
export function connectionElapsed(turn: PhoneTurn, connection: ClientConnection): void {
  const { now } = turn;
  const { id, edge, phase, phaseUntil, sentUntil, keptUntil } = connection;
  const isPhaseOver = phaseUntil !== 0 && phaseUntil <= now;
  if (isPhaseOver && phase === 'ending') {
    turn.closed();
  } else if ((isPhaseOver && phase !== 'open') || (sentUntil !== undefined && sentUntil <= now)) {
    if (edge !== undefined) turn.commands.push(closing(id, edge));
    turn.lost('soon');
  } else {
    if (isPhaseOver) {
      turn.updateConnection({ phaseUntil: 0 });
      turn.update({ failures: 0 });
    }
    if (edge === undefined || keptUntil === undefined || keptUntil > now) return;
    turn.updateConnection({ keptUntil: now + KEPT_MS });
    turn.commands.push({ type: 'phone.connection.keep', connection: id, edge });
  }
}

/** When time next does something. */
export const connectionDueAt = ({ phaseUntil, sentUntil, keptUntil }: ClientConnection): number =>
  Math.min(
    phaseUntil === 0 ? Number.POSITIVE_INFINITY : phaseUntil,
    sentUntil ?? Number.POSITIVE_INFINITY,
    keptUntil ?? Number.POSITIVE_INFINITY,
  );
