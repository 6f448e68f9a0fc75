/**
 * What becomes of a stanza from the XMPP server: an answer of the edge, an event, or a refusal. Pure.
 * RFC 6120 §8, §10; XEP-0166 §6.
 */
import { bareJidOf, type Jid, parseJid, sipOfContact } from '@stoxgate/addressing';
import {
  type Event,
  keyOfCommandId,
  keyOfPair,
  keyOfSid,
  keyOfUser,
  type SessionKey,
  type XmlElement,
} from '@stoxgate/contracts';
import {
  childOf,
  delegatedAnswer,
  el,
  elementsOf,
  NS,
  type RefusalCause,
  type StanzaErrorSpec,
  stanzaError,
  utf8Length,
} from '@stoxgate/wire-xmpp';
import { forwardedIn, mayHandOn, privilegedAnswer } from './handed-on.ts';
import { answerLocally, type Self } from './local-answers.ts';

export type RefusalReason =
  | RefusalCause
  | 'unknown-kind'
  | 'no-address'
  | 'malformed-sender'
  | 'stranger'
  | 'malformed-recipient'
  | 'foreign-recipient'
  | 'bad-request'
  | 'unknown-answer'
  | 'no-contact'
  | 'carbon'
  | 'call-invite'
  | 'draining'
  | 'overload';

export type Route =
  | {
      readonly kind: 'publish';
      readonly key: SessionKey;
      readonly event: Event;
      /** Sent once the bus has the event. */
      readonly receipt?: XmlElement;
    }
  | { readonly kind: 'answer'; readonly stanza: XmlElement }
  /** `error` is what the sender is told, if it may be told anything. */
  | { readonly kind: 'refuse'; readonly reason: RefusalReason; readonly error?: StanzaErrorSpec };

export interface RouteContext {
  /** The component's domain as configured; stands in the events. */
  readonly domain: string;
  /** The same as `normalizeDomain` has it. */
  readonly normalDomain: string;
  readonly self: Self;
  /** Whether users of that domain may use the gateway. */
  readonly isServed: (domain: string) => boolean;
  readonly isDraining: boolean;
  /** Host behind the Call-IDs of our calls; empty: none. */
  readonly callIdHost: string;
}

/** An extension of mod_jingle_sip, and its only Jingle request that gets. */
const EXISTING_SESSION = 'existing-session-initiate';
const MAX_SID_BYTES = 255;
const MAX_ID_LENGTH = 2048;
const KINDS: ReadonlySet<string> = new Set(['iq', 'message', 'presence']);

const refuse = (reason: RefusalReason, condition?: StanzaErrorSpec['condition']): Route =>
  condition === undefined ? { kind: 'refuse', reason } : { kind: 'refuse', reason, error: { condition } };

interface Addressed {
  readonly kind: 'addressed';
  readonly stanza: XmlElement;
  readonly from: Jid;
  readonly to: Jid;
}

/** The guards that every stanza passes: its kind, who sends it, whom it is for. */
function admit(stanza: XmlElement, { normalDomain, isServed }: RouteContext): Addressed | Route {
  if (!KINDS.has(stanza.name)) return refuse('unknown-kind');
  const { from, to } = stanza.attrs;
  if (from === undefined || to === undefined) return refuse('no-address');
  const sender = parseJid(from);
  if (sender === undefined) return refuse('malformed-sender');
  if (!isServed(sender.domain)) return refuse('stranger', 'not-allowed');
  const recipient = parseJid(to);
  if (recipient === undefined) return refuse('malformed-recipient', 'jid-malformed');
  if (recipient.domain !== normalDomain) return refuse('foreign-recipient', 'item-not-found');
  return { kind: 'addressed', stanza, from: sender, to: recipient };
}

/** Total: every stanza has a route. */
export function routeOf(stanza: XmlElement, context: RouteContext): Route {
  const admitted = admit(stanza, context);
  if (admitted.kind !== 'addressed') return admitted;
  const { domain } = context;
  switch (stanza.name) {
    case 'iq':
      return routeOfIq(admitted, context);
    case 'message':
      return routeOfMessage(admitted, context);
    default: {
      const event = { type: 'xmpp.presence.received', domain, stanza } as const;
      return { kind: 'publish', key: keyOfUser(bareJidOf(admitted.from)), event };
    }
  }
}

/** The route of a stanza over a limit, of which only the head is known. */
export function routeOfRefused(head: XmlElement, cause: RefusalCause, context: RouteContext): Route {
  const admitted = admit(head, context);
  if (admitted.kind !== 'addressed') return admitted;
  return { kind: 'refuse', reason: cause, error: { condition: 'policy-violation', text: cause } };
}

function routeOfIq({ stanza, from, to }: Addressed, context: RouteContext): Route {
  const { type, id = '' } = stanza.attrs;
  const { domain, normalDomain, self } = context;
  if (type === 'result' || type === 'error') {
    const key = id.length > MAX_ID_LENGTH ? undefined : keyOfCommandId(id);
    if (key === undefined) return refuse('unknown-answer');
    const answer = privilegedAnswer(self.map, normalDomain, stanza, from) ?? stanza;
    return { kind: 'publish', key, event: { type: 'xmpp.iq.answered', domain, stanza: answer } };
  }
  const [payload, ...more] = elementsOf(stanza);
  const isRequest = (type === 'get' || type === 'set') && id !== '';
  if (!isRequest || payload === undefined || more.length > 0) return refuse('bad-request', 'bad-request');
  if (payload.name === 'jingle' && payload.attrs.xmlns === NS.JINGLE) {
    if (type === 'set') return routeOfJingle(stanza, payload, context);
    if (payload.attrs.action === EXISTING_SESSION) return routeOfExisting(stanza, stanza, from, context);
  }
  if (type === 'set' && payload.name === 'delegation') return routeOfDelegated(stanza, payload, context);
  return { kind: 'answer', stanza: answerLocally({ iq: stanza, payload, to }, self) };
}

function routeOfJingle(stanza: XmlElement, jingle: XmlElement, context: RouteContext): Route {
  const { sid = '', action } = jingle.attrs;
  if (sid === '' || utf8Length(sid) > MAX_SID_BYTES) return refuse('bad-request', 'bad-request');
  if (context.isDraining && action === 'session-initiate') return refuse('draining', 'resource-constraint');
  const event = { type: 'xmpp.iq.received', domain: context.domain, stanza } as const;
  return { kind: 'publish', key: keyOfSid(sid, context.callIdHost), event };
}

/** A device asks for the session that its user is called in; without a sid for the only one there is. */
function routeOfExisting(stanza: XmlElement, asking: XmlElement, from: Jid, context: RouteContext): Route {
  const sid = childOf(asking, 'jingle', NS.JINGLE)?.attrs.sid ?? '';
  if (utf8Length(sid) > MAX_SID_BYTES) {
    const error = { condition: 'item-not-found', text: 'no session-initiate for this SID' } as const;
    return { kind: 'refuse', reason: 'bad-request', error };
  }
  const key = sid === '' ? keyOfUser(bareJidOf(from)) : keyOfSid(sid, context.callIdHost);
  return { kind: 'publish', key, event: { type: 'xmpp.iq.received', domain: context.domain, stanza } };
}

/**
 * What the user's server hands on (XEP-0355 §4.2): the question for a session that is pending, sent to the user itself, and
 * where calls are intercepted what belongs to one. Nothing else is delegated to us.
 */
function routeOfDelegated(stanza: XmlElement, delegation: XmlElement, context: RouteContext): Route {
  const inner = forwardedIn(delegation);
  const from = parseJid(inner?.attrs.from ?? '');
  const server = stanza.attrs.from ?? '';
  if (inner === undefined || from === undefined) return refuse('bad-request', 'service-unavailable');
  const none = notManaged(stanza, inner);
  const jingle = childOf(inner, 'jingle', NS.JINGLE);
  if (inner.name === 'iq' && jingle?.attrs.action === EXISTING_SESSION) {
    return routeOfExisting(stanza, inner, from, context);
  }
  if (!mayHandOn(context.self.map, context.normalDomain, server, inner)) return none;
  if (inner.name === 'message') return withReceipt(routeOfCallMessage(inner, context) ?? none, stanza);
  return jingle === undefined || inner.attrs.type !== 'set' ? none : routeOfJingle(stanza, jingle, context);
}

/** What is none of ours is answered in the answer: ejabberd leaves a user without one that gets an error for itself. */
function notManaged(stanza: XmlElement, inner: XmlElement): Route {
  const { id, from, to, type } = inner.attrs;
  const isAsked = inner.name === 'iq' && (type === 'get' || type === 'set');
  if (!isAsked) return refuse('bad-request', 'service-unavailable');
  const error = stanzaError(el('iq', { id, from, to }), { condition: 'service-unavailable' });
  return { kind: 'answer', stanza: delegatedAnswer(stanza, error) };
}

/** With the answer to the IQ that a message was handed on in. */
function withReceipt(route: Route, { attrs: { id, from, to } }: XmlElement): Route {
  if (route.kind !== 'publish') return route;
  return { ...route, receipt: el('iq', { type: 'result', id, from: to, to: from }) };
}

/** Either version of the namespace (XEP-0353 §10): some clients speak the later one. */
const isJingleMessage = ({ attrs }: XmlElement): boolean =>
  attrs.xmlns === NS.JINGLE_MESSAGE || attrs.xmlns === 'urn:xmpp:jingle-message:1';

/** A call that is proposed, rung or taken by message (XEP-0353): its id is the sid of the session. */
function routeOfJingleMessage(stanza: XmlElement, call: XmlElement, context: RouteContext): Route {
  const { id: sid = '' } = call.attrs;
  if (sid === '' || utf8Length(sid) > MAX_SID_BYTES) return refuse('bad-request', 'bad-request');
  if (context.isDraining && call.name === 'propose') return refuse('draining', 'resource-constraint');
  const event = { type: 'xmpp.message.received', domain: context.domain, stanza } as const;
  return { kind: 'publish', key: keyOfSid(sid, context.callIdHost), event };
}

/** The call whose message came back as an error; servers need not repeat what it was about (RFC 6120 §8.3.1). */
function callOfBounce({ attrs: { type, id = '' } }: XmlElement): SessionKey | undefined {
  const key = type === 'error' && id.length <= MAX_ID_LENGTH ? keyOfCommandId(id) : undefined;
  return key?.startsWith('call:') === true ? key : undefined;
}

const NO_CONTACT = {
  unserved: 'item-not-found',
  refused: 'forbidden',
  'jid-malformed': 'jid-malformed',
} as const;

/** A message about a call; undefined: it is about none. */
function routeOfCallMessage(stanza: XmlElement, context: RouteContext): Route | undefined {
  const bounced = callOfBounce(stanza);
  if (bounced !== undefined) {
    const event = { type: 'xmpp.message.received', domain: context.domain, stanza } as const;
    return { kind: 'publish', key: bounced, event };
  }
  const call = elementsOf(stanza).find(isJingleMessage);
  return call && routeOfJingleMessage(stanza, call, context);
}

function routeOfMessage({ stanza, from }: Addressed, context: RouteContext): Route {
  const { domain, self } = context;
  if ((childOf(stanza, 'sent', NS.CARBONS) ?? childOf(stanza, 'received', NS.CARBONS)) !== undefined) {
    return refuse('carbon');
  }
  const event = { type: 'xmpp.message.received', domain, stanza } as const;
  const ofCall = routeOfCallMessage(stanza, context);
  if (ofCall !== undefined) return ofCall;
  // A call offered so (XEP-0482) is rung by Jingle; what text goes with it is for clients that cannot call.
  if (elementsOf(stanza).some(({ attrs }) => attrs.xmlns === NS.CALL_INVITES)) return refuse('call-invite');
  const contact = sipOfContact(self.map, stanza.attrs.to ?? '');
  if (!contact.ok) return refuse('no-contact', NO_CONTACT[contact.cause]);
  return { kind: 'publish', key: keyOfPair(bareJidOf(from), contact.aor), event };
}
