/**
 * Waiting in real time, also while timers are faked.
 */
const realSetTimeout = setTimeout;
const realClearTimeout = clearTimeout;
const realSetImmediate = setImmediate;

export type Cancel = () => void;

/** Turns of the event loop in which all that is on the loopback comes through: in, answer, in again. */
const TURNS = 4;

/**
 * Calls `then` after `realMs`, and not before the event loop has looked at its sockets a few times more: on a busy
 * machine the time may be over before that.
 */
export function afterMs(realMs: number, then: () => void): Cancel {
  let isCancelled = false;
  const turn = (left: number): void => {
    if (isCancelled) return;
    if (left === 0) then();
    else realSetImmediate(() => turn(left - 1));
  };
  const timer = realSetTimeout(() => turn(TURNS), realMs);
  return () => {
    isCancelled = true;
    realClearTimeout(timer);
  };
}

/** Gives the loopback time to deliver. */
export const settle = (realMs = 5): Promise<void> => new Promise((resolve) => void afterMs(realMs, resolve));
