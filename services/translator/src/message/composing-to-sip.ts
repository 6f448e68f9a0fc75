/**
 * Chat states as RFC 3994 has them: composing is active, all else idle. XEP-0085 §5, RFC 7573 §6.
 */
import type { Command } from '@stoxgate/contracts';
import type { Input, Step } from '../step.ts';
import type { SipEnds } from './ends.ts';
import { chatAfter, sharedCallIdOf } from './informal-chat.ts';
import { IS_COMPOSING, isComposingDocument } from './is-composing.ts';
import { COMPOSING_MS } from './limits.ts';
import { messageRequest, ownCallId } from './message-request.ts';
import type { Said } from './message-to-sip.ts';
import type { OutgoingComposing, PairSession } from './pair-session.ts';
import { abilitiesAt, pairStep } from './pair-turn.ts';
import { enqueued, isFull, tagOf } from './queue.ts';
import type { ChatState } from './stanza-content.ts';

/** Before the recipient gives the state up (RFC 3994 §3.2). */
const REFRESH_AFTER_MS = COMPOSING_MS - 20_000;
/** Ten minutes of typing; a client that says no more is gone. */
const MAX_REFRESHES = 5;

/** The session with a MESSAGE that says whether the user is typing. */
export function saysComposing(
  session: PairSession,
  input: Input,
  ends: SipEnds,
  about: Pick<OutgoingComposing, 'stanza' | 'callId'>,
  isActive: boolean,
): PairSession {
  const { stanza, callId } = about;
  const request = messageRequest(ends, { tag: tagOf(input), callId }, {});
  const body = {
    contentType: IS_COMPOSING,
    content: isComposingDocument(isActive),
    encoding: 'utf8' as const,
  };
  const message = { kind: 'composing' as const, stanza, request, parts: [{ body }] };
  return { ...session, queue: enqueued(session, message, input) };
}

/** A state on its own. SIP hears of it only when it showed that it reads them, and of typing not more than it must. */
export function stateToSip(said: Said, state: ChatState): Step {
  const { known, input, failed, ends } = said;
  if (known === undefined) return { session: known, commands: [] };
  const commands: Command[] = [];
  const isChatting = known.chatUntil > input.now;
  // XEP-0085 §5.7: gone ends the chat; any other state shows that it goes on.
  const chat = state === 'gone' || !isChatting ? { chatUntil: 0 } : chatAfter(said);
  const session: PairSession = { ...known, ...chat };
  const isActive = state === 'composing';
  const isKnown = abilitiesAt(session, input.now).composing === true;
  if (!isActive) {
    const next: PairSession = { ...session, outgoing: undefined };
    if (known.outgoing === undefined || state === 'gone' || !isKnown) return pairStep(next, commands, input);
    return pairStep(saysComposing(next, input, ends, known.outgoing, false), commands, input);
  }
  if (!isKnown || known.outgoing !== undefined || isFull(session, 0))
    return pairStep(session, commands, input);
  const outgoing: OutgoingComposing = {
    stanza: failed,
    callId: sharedCallIdOf(said) ?? ownCallId(said.input.eventId),
    refreshAt: input.now + REFRESH_AFTER_MS,
    refreshesLeft: MAX_REFRESHES,
  };
  return pairStep({ ...saysComposing(session, input, ends, outgoing, true), outgoing }, commands, input);
}

/** Says `active` again for a user who still types, as long as that can be believed. */
export function composingRefreshed(
  session: PairSession,
  input: Input,
  ends: SipEnds | undefined,
): PairSession {
  const { outgoing } = session;
  if (outgoing === undefined || outgoing.refreshAt > input.now) return session;
  const isKnown = abilitiesAt(session, input.now).composing === true;
  if (outgoing.refreshesLeft === 0 || !isKnown || ends === undefined)
    return { ...session, outgoing: undefined };
  const next: OutgoingComposing = {
    ...outgoing,
    refreshAt: input.now + REFRESH_AFTER_MS,
    refreshesLeft: outgoing.refreshesLeft - 1,
  };
  return { ...saysComposing(session, input, ends, next, true), outgoing: next };
}
