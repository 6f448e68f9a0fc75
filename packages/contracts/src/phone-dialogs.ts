/**
 * Calls of phones as their SIP server tells of them (RFC 4235): what the record of a phone, that of its dialogs and that of
 * what is published of it tell each other.
 */
import { z } from 'zod';

/** The dialogs of this phone are to be watched: it has an account, or has just signed on. Sent to `keyOfDialogs`. */
export const PhoneDialogsWatched = z.object({ type: z.literal('phone.dialogs.watched') });

/** They are not any more. */
export const PhoneDialogsUnwatched = z.object({ type: z.literal('phone.dialogs.unwatched') });

/**
 * How many calls are up. `until`: when that is no longer known unless it is told again, ms since the epoch; absent without
 * calls. Sent to `keyOfPublished`.
 */
export const PhoneDialogsTold = z.object({
  type: z.literal('phone.dialogs.told'),
  calls: z.number().int().nonnegative(),
  until: z.number().int().optional(),
});

export const PHONE_DIALOGS_EVENTS = [PhoneDialogsWatched, PhoneDialogsUnwatched, PhoneDialogsTold] as const;
