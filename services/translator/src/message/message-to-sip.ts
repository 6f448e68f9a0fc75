/**
 * A message stanza from an XMPP user to a SIP address: RFC 7572 §4.
 */
import { componentOf, parseJid, sipOfContact, sipOfUser, utf8Length } from '@stoxgate/addressing';
import { type Command, deriveHex, type EventOf } from '@stoxgate/contracts';
import type { StanzaCondition } from '@stoxgate/wire-xmpp';
import { withoutFixedResource } from '../fixed-resource.ts';
import type { TranslatorPolicy } from '../policy.ts';
import type { Input, Step } from '../step.ts';
import { branchOfMessage } from './branch.ts';
import { CHAT_MS, GIVE_UP_MS, MAX_BODY_BYTES, MAX_PENDING, MAX_PENDING_CHARS } from './limits.ts';
import { failedStanza, messageError } from './message-error.ts';
import { callIdOfThread, messageRequest, nextCseq, threadOf } from './message-request.ts';
import type { PairSession } from './pair-session.ts';
import { NEW_PAIR, pairStep, withPending } from './pair-turn.ts';
import { contentOfStanza } from './stanza-content.ts';

interface Refusal {
  readonly condition: StanzaCondition;
  readonly text: string;
}

interface Ends {
  readonly fromUri: string;
  readonly toUri: string;
}

/** The two ends as SIP addresses, or why there are none. */
function endsOf(policy: TranslatorPolicy, from: string, to: string): Ends | Refusal {
  const sender = sipOfUser(policy.addresses, from);
  if (!sender.ok) {
    const domain = parseJid(from)?.domain;
    if (domain !== undefined && componentOf(policy.addresses, domain) !== undefined) {
      return { condition: 'not-acceptable', text: 'Both addresses are of the SIP side' };
    }
    return { condition: 'not-allowed', text: 'This gateway does not serve your domain' };
  }
  const target = sipOfContact(policy.addresses, withoutFixedResource(to));
  if (target.ok) return { fromUri: sender.uri, toUri: target.uri };
  return target.cause === 'unserved'
    ? { condition: 'remote-server-not-found', text: 'This gateway does not serve that domain' }
    : { condition: 'jid-malformed', text: 'No SIP address has this name' };
}

function limitOf(session: PairSession, text: string): Refusal | undefined {
  if (utf8Length(text) > MAX_BODY_BYTES) {
    return { condition: 'policy-violation', text: 'Messages to SIP may have 64 KiB' };
  }
  const isFull =
    session.pending.length >= MAX_PENDING || session.pendingChars + text.length > MAX_PENDING_CHARS;
  return isFull ? { condition: 'resource-constraint', text: 'Too many messages under way' } : undefined;
}

/** Sends MESSAGE, or an error stanza, or nothing where the stanza holds nothing for SIP. */
export function messageToSip(
  policy: TranslatorPolicy,
  known: PairSession | undefined,
  input: Input,
  event: EventOf<'xmpp.message.received'>,
): Step {
  const { stanza, domain } = event;
  const { attrs } = stanza;
  const session = known ?? NEW_PAIR;
  const unchanged = (commands: readonly Command[]): Step => ({ session: known, commands });
  // An error is never answered (RFC 6121 §8.1).
  if (attrs.type === 'error' || attrs.from === undefined || attrs.to === undefined) return unchanged([]);
  const failed = failedStanza(domain, stanza);
  const refuse = (refusal: Refusal): Step => unchanged([messageError(failed, refusal)]);

  if (attrs.type === 'groupchat') {
    return refuse({ condition: 'service-unavailable', text: 'There is no group chat at this address' });
  }
  const content = contentOfStanza(stanza);
  if (content.kind === 'nothing') return unchanged([]);
  const ends = endsOf(policy, attrs.from, attrs.to);
  if ('condition' in ends) return refuse(ends);
  if (content.kind === 'encrypted') {
    return refuse({ condition: 'not-acceptable', text: 'Encrypted messages cannot go to SIP' });
  }
  const limit = limitOf(session, content.text);
  if (limit !== undefined) return refuse(limit);

  const cseq = nextCseq(session.lastCseq, input.now);
  const request = messageRequest(
    {
      tag: deriveHex(`${input.eventId} tag`, 8),
      callId: callIdOfThread(threadOf(stanza), input.eventId),
      cseq,
      ...ends,
    },
    content,
  );
  const branch = branchOfMessage(input.eventId, request);
  const pending = {
    branch,
    request,
    challenges: [],
    isRedirected: false,
    expiresAt: input.now + GIVE_UP_MS,
    ...failed,
  };
  const next = withPending(session, pending);
  const chatUntil = attrs.type === 'chat' ? input.now + CHAT_MS : session.chatUntil;
  return pairStep({ ...next, chatUntil }, [{ type: 'sip.request.send', branch, request }], input.now);
}
