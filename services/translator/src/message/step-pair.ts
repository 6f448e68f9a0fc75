/**
 * The core for one XMPP user with one SIP address: chat sessions, and page-mode messages both ways.
 */
import { chatTurn, stepChat } from '../chat/step-chat.ts';
import type { TranslatorPolicy } from '../policy.ts';
import type { Input, Step } from '../step.ts';
import { messageAnswered, messageFailed } from './message-outcome.ts';
import { messageToSip } from './message-to-sip.ts';
import { messageToXmpp } from './message-to-xmpp.ts';
import type { PairSession, QueuedMessage } from './pair-session.ts';
import { pairTimerFired } from './pair-timer.ts';

/** Handles an event of a `pair:` key. Total: events that concern no message of the pair change nothing. */
export function stepPair(policy: TranslatorPolicy, session: PairSession | undefined, input: Input): Step {
  const { event } = input;
  if (event.type !== 'timer.fired')
    return stepChat(policy, session, input) ?? stepPage(policy, session, input);
  if (session === undefined) return { session, commands: [] };
  const chats = chatTurn(policy, session, input);
  const step = pairTimerFired(policy, chats?.pair ?? session, input);
  return chats === undefined ? step : { ...step, commands: [...chats.commands, ...step.commands] };
}

/** The message whose request has this branch: only the first of a queue is under way. */
function messageUnderWay({ queue }: PairSession, branch: string): QueuedMessage | undefined {
  const first = queue[0];
  return first?.branch === branch ? first : undefined;
}

function stepPage(policy: TranslatorPolicy, session: PairSession | undefined, input: Input): Step {
  const { event } = input;
  switch (event.type) {
    case 'xmpp.message.received':
      return messageToSip(policy, session, input, event);
    case 'sip.request.received':
      return messageToXmpp(policy, session, input, event);
    case 'sip.response.received':
    case 'sip.request.failed': {
      const message = session && messageUnderWay(session, event.branch);
      if (session === undefined || message === undefined) return { session, commands: [] };
      return event.type === 'sip.request.failed'
        ? messageFailed(session, input, message, event.cause)
        : messageAnswered(policy, session, input, message, event.response);
    }
    default:
      return { session, commands: [] };
  }
}
