/**
 * Request ids, XEP-0124 §7.1, §14.3: one more with each request, over all sessions of an account, and never another body
 * under one of a session.
 */
import { deriveHex } from '@stoxgate/contracts';
import type { PhonesPolicy } from './phones-policy.ts';

/** The greatest there may be. */
export const MAX_RID = 2 ** 53 - 1;
/** The greatest to begin with: a session has room for a request each second of a century. */
export const MAX_FIRST_RID = 2 ** 53 - 2 ** 32;
/** What stays for a session to end. */
const ROOM = 16;

export const isRid = (rid: number | undefined): rid is number =>
  rid !== undefined && Number.isSafeInteger(rid) && rid > 0;

const derived = (seed: string, bytes: number): number => Number.parseInt(deriveHex(`${seed}/rid`, bytes), 16);

/** First rid of an account that brings none. @param seed what nobody outside can foresee. */
export const startRid = ({ ridStart }: PhonesPolicy, seed: string): number =>
  ridStart === 'random' ? 1 + derived(seed, 6) : ridStart;

/** First rid of the next session: the one after the last, or one of many after it that nobody can foresee. */
export function firstRid(policy: PhonesPolicy, lastRid: number, seed: string): number {
  const next = lastRid + 1 + (policy.ridStart === 'random' ? derived(seed, 4) : 0);
  return next <= MAX_FIRST_RID ? next : startRid(policy, seed);
}

/** Whether the session must end before there are no more. */
export const areRidsUsedUp = (lastRid: number): boolean => lastRid >= MAX_RID - ROOM;
