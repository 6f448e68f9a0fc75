/**
 * The chat that single messages make for an XMPP user: the Call-ID of its texts, and the device that speaks in it.
 * RFC 7572 §4, RFC 6121 §5.1.
 */
import { resourceOf } from '@stoxgate/addressing';
import { deriveHex } from '@stoxgate/contracts';
import type { TranslatorPolicy } from '../policy.ts';
import { CHAT_MS } from './limits.ts';
import { callIdOfThread, threadOf } from './message-request.ts';
import type { Said } from './message-to-sip.ts';
import type { PairSession } from './pair-session.ts';

type Chat = Pick<PairSession, 'chatUntil' | 'chatCallId' | 'chatDevice'>;

const isChatting = (session: PairSession | undefined, now: number): session is PairSession =>
  session !== undefined && session.chatUntil > now;

/**
 * The chat after a stanza that belongs to it. Its Call-ID is of one chat and cannot be guessed from outside; without one
 * each text has its own, as RFC 3261 §8.1.1.4 has it.
 */
export function chatAfter({ policy, known, input, stanza }: Said): Chat {
  const callId = isChatting(known, input.now) ? known.chatCallId : undefined;
  return {
    chatUntil: input.now + CHAT_MS,
    chatCallId: policy.chatCallId === 'pair' ? (callId ?? deriveHex(`chat ${input.eventId}`, 16)) : undefined,
    chatDevice: policy.lockResource ? stanza.attrs.from : undefined,
  };
}

/** Call-ID that what a stanza says shares with more: its thread's; without a thread that of its chat, if any. */
export const sharedCallIdOf = (said: Said): string | undefined =>
  callIdOfThread(threadOf(said.stanza)) ??
  (said.stanza.attrs.type === 'chat' ? chatAfter(said).chatCallId : undefined);

/** Where something from SIP goes that names only the user: to the device that spoke last, while its chat goes on. */
export function deviceInChat(
  { lockResource }: TranslatorPolicy,
  session: PairSession | undefined,
  now: number,
  to: string,
): string {
  const device = lockResource && isChatting(session, now) ? session.chatDevice : undefined;
  return device === undefined || resourceOf(to) !== undefined ? to : device;
}
