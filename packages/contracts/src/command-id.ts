/**
 * Command ids: `<sequence>.<session key>`. They are the ids of our IQs, so an answer leads back to its session
 * without a look-up, whichever edge receives it. Never trust the answer for it: the session compares the sender.
 */
import { brandKey, type SessionKey } from './brand.ts';

export const commandId = (key: SessionKey, sequence: number): string => `${sequence.toString(36)}.${key}`;

/** The session that a command id (an IQ id of ours) belongs to, or undefined when it is not one of ours. */
export function keyOfCommandId(id: string): SessionKey | undefined {
  const match = /^[0-9a-z]{1,10}\.((?:call|pair|user):.+)$/s.exec(id);
  return match?.[1] === undefined ? undefined : brandKey(match[1]);
}
