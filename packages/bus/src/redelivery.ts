import { StoxgateError } from '@stoxgate/contracts';

const FIRST_DELAY_MS = 50;
const LONGEST_DELAY_MS = 5000;

/** Wait before a message is delivered again after its `failures`th failure: 50 ms, doubling, at most 5 s. */
export const redeliveryDelayMs = (failures: number): number =>
  Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** Math.min(failures - 1, 10));

/** Whether a handler failed for want of the bus or the store, which says nothing about the message. */
export const isOutage = (cause: unknown): boolean =>
  cause instanceof StoxgateError &&
  (cause.code === 'STOX_BUS_UNAVAILABLE' || cause.code === 'STOX_STORE_UNAVAILABLE');
