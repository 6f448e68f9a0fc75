/**
 * RFC 3994 as chat states: active is composing, idle and silence are active again. XEP-0085 §5, RFC 7573 §6.
 */
import type { Command } from '@stoxgate/contracts';
import type { TranslatorPolicy } from '../policy.ts';
import type { Input, Step } from '../step.ts';
import type { IsComposing } from './is-composing.ts';
import { CHAT_MS } from './limits.ts';
import { type StanzaEnds, stateStanza } from './message-stanza.ts';
import type { IncomingComposing, PairSession } from './pair-session.ts';
import { NEW_PAIR, pairStep, withAbilities } from './pair-turn.ts';

/** The state that says that the SIP user types no more. */
function idleCommand(policy: TranslatorPolicy, composing: IncomingComposing, input: Input): Command {
  const { domain, contact, user, thread } = composing;
  const ends = { from: contact, to: user, thread };
  return { type: 'xmpp.stanza.send', domain, stanza: stateStanza(ends, policy.idleAs, input.eventId) };
}

/**
 * The SIP user types, or types no more. Told once, however often it is refreshed, and only to a user who is chatting:
 * nobody gets states before a word was said (XEP-0085 §5.1).
 */
export function composingToXmpp(
  policy: TranslatorPolicy,
  known: PairSession | undefined,
  input: Input,
  { isActive, refreshMs }: IsComposing,
  ends: StanzaEnds & { readonly domain: string },
  answer: Command,
): Step {
  const session = withAbilities(known ?? NEW_PAIR, { composing: true }, input.now + CHAT_MS);
  const { incoming } = session;
  const isShown = incoming?.isShown === true;
  if (!isActive) {
    const commands = isShown ? [answer, idleCommand(policy, incoming, input)] : [answer];
    return pairStep({ ...session, incoming: undefined }, commands, input);
  }
  const maySee = session.chatUntil > input.now;
  const { from: contact, to: user, thread, domain } = ends;
  const next: IncomingComposing = {
    ...(isShown ? incoming : { domain, contact, user, thread, isShown: maySee }),
    until: input.now + refreshMs,
  };
  const stanza = stateStanza({ from: contact, to: user, thread }, 'composing', input.eventId);
  const commands: Command[] =
    isShown || !maySee ? [answer] : [answer, { type: 'xmpp.stanza.send', domain, stanza }];
  return pairStep({ ...session, incoming: next }, commands, input);
}

/** Nothing more was heard of somebody who was typing: RFC 3994 §3.3. */
export function composingTimedOut(
  policy: TranslatorPolicy,
  session: PairSession,
  input: Input,
): { readonly session: PairSession; readonly commands: readonly Command[] } {
  const { incoming } = session;
  if (incoming === undefined || incoming.until > input.now) return { session, commands: [] };
  return {
    session: { ...session, incoming: undefined },
    commands: incoming.isShown ? [idleCommand(policy, incoming, input)] : [],
  };
}
