/**
 * Timer values of RFC 3261 table 4 for unreliable transports, written into sip.js, which has 0 for D and I.
 * Transactions over a reliable transport are disposed of by us where the RFC says 0.
 */
import { Timers } from 'sip.js/lib/core/timers.js';

export const T1_MS = 500;
export const T2_MS = 4000;
export const T4_MS = 5000;
/** How long a transaction, a 2xx without ACK or a cancelled INVITE is waited for. */
export const TIMEOUT_MS = 64 * T1_MS;

Object.assign(Timers, { TIMER_D: 32_000, TIMER_I: T4_MS });
