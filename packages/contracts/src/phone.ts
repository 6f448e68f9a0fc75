/**
 * Phones whose state is shown in the XMPP accounts of their owners: what is told of them, and the accounts. The key of all
 * of it is `keyOfPhone` of the phone's SIP address.
 */
import { z } from 'zod';
import { SealedSecret } from './bosh.ts';

/** What a phone is. online: since it signed on; still-: the same again, by a sign of life. */
export const PHONE_STATES = ['online', 'still-online', 'onthephone', 'still-onthephone', 'offline'] as const;
export type PhoneState = (typeof PHONE_STATES)[number];

/**
 * What happened to a phone. refresh: it registered or published again. keep-alive: a sign of life in a call. sign-off: it
 * deregistered, or what it last said has expired.
 */
export const PHONE_CHANGES = [
  'sign-on',
  'refresh',
  'call-start',
  'keep-alive',
  'call-end',
  'sign-off',
] as const;
export type PhoneChange = (typeof PHONE_CHANGES)[number];

/** A state to be in, by name, or a change from whatever is the state now. */
export const PhoneReport = z.enum([...PHONE_STATES, ...PHONE_CHANGES]);
export type PhoneReport = z.infer<typeof PhoneReport>;

export const PhoneSource = z.enum(['command', 'admin', 'table', 'publish', 'dialog', 'register']);
export type PhoneSource = z.infer<typeof PhoneSource>;

/**
 * A phone's state, or a change of it, is told. `calls`: with call-start and call-end, how many calls there are now, where
 * the source knows; absent: one more, one less.
 */
export const PhoneStateReported = z.object({
  type: z.literal('phone.state.reported'),
  report: PhoneReport,
  source: PhoneSource,
  calls: z.number().int().optional(),
});

/**
 * An account is given, or given anew: what it says counts from now on, and one that was parked is tried again.
 * `username`: user@domain, or the user alone, whose domain is the phone's. `rid`: with a `sid` the last one that was used,
 * else the one to begin with. `sid`, `presenceId`: of a session that may still be there. `boshUrl`, `resource`: where
 * this account's differ from what is configured; phones that share a login have a resource each.
 */
export const PhoneAccountImported = z.object({
  type: z.literal('phone.account.imported'),
  /** Canonical SIP address, as in the key. */
  uri: z.string(),
  username: z.string(),
  secret: SealedSecret,
  rid: z.number().int().optional(),
  sid: z.string().optional(),
  presenceId: z.string().optional(),
  boshUrl: z.string().optional(),
  resource: z.string().optional(),
});

/** An account is no more: its session ends, and nothing is remembered. */
export const PhoneAccountRemoved = z.object({ type: z.literal('phone.account.removed') });
