/**
 * A MESSAGE request from a SIP address to an XMPP user: RFC 7572 §5, RFC 3428 §7.
 */
import { contactOfSip, isUserDomain, parseAddressUri, userOfRequest } from '@stoxgate/addressing';
import {
  type Command,
  deriveHex,
  type EventOf,
  type SipHeaders,
  type SipRequest,
  sidOfCallId,
} from '@stoxgate/contracts';
import { stripIllegal } from '@stoxgate/wire-xmpp';
import { unsupportedTags } from '../call/capabilities.ts';
import { responseTo } from '../call/sip-response.ts';
import type { TranslatorPolicy } from '../policy.ts';
import type { Input, Step } from '../step.ts';
import { hasOwnVia } from './branch.ts';
import { messageFromSip } from './message-stanza.ts';
import type { PairSession } from './pair-session.ts';
import { pairStep } from './pair-turn.ts';

interface Refusal {
  readonly status: number;
  readonly headers?: SipHeaders;
}

interface Ends {
  readonly from: string;
  readonly to: string;
  readonly domain: string;
}

const isServedUser = (policy: TranslatorPolicy, uri: string): boolean => {
  const host = parseAddressUri(uri)?.host;
  return host !== undefined && isUserDomain(policy.addresses, host);
};

/** Sender and recipient as JIDs, or the status that refuses the request. */
function endsOf(policy: TranslatorPolicy, request: SipRequest): Ends | Refusal {
  const unsupported = unsupportedTags(policy, request);
  if (unsupported.length > 0) return { status: 420, headers: { unsupported: [unsupported.join(', ')] } };
  const user = userOfRequest(policy.addresses, request.requestUri, request.to.uri);
  if (!user.ok) return { status: user.status };
  const contact = contactOfSip(policy.addresses, request.from.uri, request.from.params.gr);
  if (!contact.ok) return { status: contact.cause === 'sips' ? 403 : 400 };
  // Out through us and back in: both are XMPP users, who need no gateway between them.
  if (hasOwnVia(request.vias) && isServedUser(policy, request.from.uri)) return { status: 482 };
  const to = user.resource === undefined ? user.bareJid : `${user.bareJid}/${user.resource}`;
  return { from: contact.jid, to, domain: contact.domain };
}

/** Answers at once, since delivery takes longer than a non-INVITE transaction may, and sends the stanza. */
export function messageToXmpp(
  policy: TranslatorPolicy,
  known: PairSession | undefined,
  input: Input,
  event: EventOf<'sip.request.received'>,
): Step {
  const { request } = event;
  const answer = (status: number, headers: SipHeaders = {}): Command => ({
    type: 'sip.response.send',
    edge: input.edge,
    response: responseTo(request, status, deriveHex(`${input.eventId} tag`, 8), { headers }),
  });
  if (request.method === 'ACK') return { session: known, commands: [] };
  if (request.method !== 'MESSAGE') {
    return { session: known, commands: [answer(405, { allow: ['MESSAGE'] })] };
  }
  const ends = endsOf(policy, request);
  if ('status' in ends) return { session: known, commands: [answer(ends.status, ends.headers)] };
  const isChatting = known !== undefined && known.chatUntil > input.now;
  const message = messageFromSip(
    request,
    {
      from: ends.from,
      to: ends.to,
      thread: stripIllegal(sidOfCallId(request.callId)),
      type: isChatting ? 'chat' : 'normal',
    },
    input.now,
  );
  if (message.kind === 'refused') {
    return { session: known, commands: [answer(message.status, message.headers)] };
  }
  const commands: Command[] = [answer(policy.messageAcceptStatus)];
  if (message.kind === 'deliver') {
    commands.push({ type: 'xmpp.stanza.send', domain: ends.domain, stanza: message.stanza });
  }
  return known === undefined ? { session: undefined, commands } : pairStep(known, commands, input.now);
}
