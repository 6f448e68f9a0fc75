/**
 * Plays a flow against the core: events go in as written, and everything that comes out has to be written as well.
 */
import { bareJidOf, contactOfSip, sipOfContact, sipOfUser, userOfRequest } from '@stoxgate/addressing';
import {
  type BareJid,
  brandAor,
  brandBareJid,
  type Event,
  keyOfCall,
  keyOfCommandId,
  keyOfPair,
  keyOfPhone,
  keyOfPublished,
  keyOfSid,
  keyOfUser,
  type SessionKey,
  type SipRequest,
  type XmlElement,
} from '@stoxgate/contracts';
import { createStep, type StepFunction, type TranslatorPolicy } from '@stoxgate/translator';
import { childOf, elementsOf, NS } from '@stoxgate/wire-xmpp';
import { Bindings } from './bindings.ts';
import { chatEvent, isChatCommand } from './chat-peer.ts';
import { type Arrow, type Flow, FlowError, type FlowStep } from './flow-file.ts';
import { Gateway } from './gateway.ts';
import { type ArrowCommand, describe, faultOf, isIqAnswer, type Outcome } from './outcome.ts';
import { phoneEvent } from './phone-events.ts';
import { policyOf } from './policy.ts';
import { RelayPeer } from './relay-peer.ts';
import { SipPeer } from './sip-peer.ts';
import { domainOf, XmppPeer } from './xmpp-peer.ts';

const SIP_EDGE = 'sip-1';
const XMPP_EDGE = 'xmpp-1';
const MEDIA_EDGE = 'media-1';
const MSRP_EDGE = 'msrp-1';
const BOSH_EDGE = 'bosh-1';
const FAILURE =
  /^\((timeout|transport|unresolvable|no-credentials|no ACK|edge gone|gateway stops)(?: of ([A-Z]+))?\)$/;

/** The Jingle request in an IQ, or in one that is delegated in it. */
const jingleIn = (element: XmlElement): XmlElement | undefined =>
  childOf(element, 'jingle') ??
  elementsOf(element)
    .map(jingleIn)
    .find((found) => found !== undefined);

/** Who sent an IQ, which a server may hand on (XEP-0355). */
function askerOf(stanza: XmlElement): BareJid {
  const delegation = childOf(stanza, 'delegation');
  const forwarded = delegation && childOf(delegation, 'forwarded');
  const from = ((forwarded && childOf(forwarded, 'iq')) ?? stanza).attrs.from ?? '';
  return bareJidOf(from) ?? brandBareJid(from);
}

/** The call that a message is about (XEP-0353), or whose message came back. */
function keyOfCallMessage(stanza: XmlElement, callIdHost: string): SessionKey | undefined {
  const bounced = stanza.attrs.type === 'error' ? keyOfCommandId(stanza.attrs.id ?? '') : undefined;
  if (bounced?.startsWith('call:') === true) return bounced;
  const call = elementsOf(stanza).find(({ attrs }) => attrs.xmlns === NS.JINGLE_MESSAGE);
  return call && keyOfSid(call.attrs.id ?? '', callIdHost);
}

class Player {
  readonly #policy: TranslatorPolicy;
  readonly #gateway: Gateway;
  readonly #bindings = new Bindings();
  readonly #sip = new Map<string, SipPeer>();
  readonly #xmpp = new Map<string, XmppPeer>();
  readonly #relays = new Map<string, RelayPeer>();
  #pending: Outcome[] = [];

  constructor(policy: TranslatorPolicy, step?: StepFunction) {
    this.#policy = policy;
    this.#gateway = new Gateway(policy, step);
  }

  #sipPeer(arrow: Arrow): SipPeer {
    const peer = this.#sip.get(arrow.who.name) ?? new SipPeer(arrow.who);
    this.#sip.set(arrow.who.name, peer);
    return peer;
  }

  #xmppPeer(arrow: Arrow): XmppPeer {
    const peer = this.#xmpp.get(arrow.who.name) ?? new XmppPeer(arrow.who);
    this.#xmpp.set(arrow.who.name, peer);
    return peer;
  }

  #relayPeer(arrow: Arrow): RelayPeer {
    const peer = this.#relays.get(arrow.who.name) ?? new RelayPeer(arrow.who);
    this.#relays.set(arrow.who.name, peer);
    return peer;
  }

  #keyOfRequest(request: SipRequest): SessionKey {
    if (request.method === 'PUBLISH') {
      const contact = contactOfSip(this.#policy.addresses, request.requestUri);
      return keyOfPublished(contact.ok ? contact.aor : brandAor(request.requestUri));
    }
    if (request.method !== 'MESSAGE' || request.to.params.tag !== undefined) return keyOfCall(request.callId);
    const { addresses } = this.#policy;
    const user = userOfRequest(addresses, request.requestUri, request.to.uri);
    const contact = contactOfSip(addresses, request.from.uri);
    const bareJid = user.ok ? user.bareJid : brandBareJid(request.to.uri);
    return keyOfPair(bareJid, contact.ok ? contact.aor : brandAor(request.from.uri));
  }

  #keyOfStanza(stanza: XmlElement): SessionKey {
    const from = stanza.attrs.from ?? '';
    const bareJid = bareJidOf(from) ?? brandBareJid(from);
    if (stanza.name === 'presence') return keyOfUser(bareJid);
    const ofCall = stanza.name === 'message' ? keyOfCallMessage(stanza, this.#policy.callIdHost) : undefined;
    if (ofCall !== undefined) return ofCall;
    if (stanza.name === 'iq') {
      const jingle = jingleIn(stanza);
      const sid = jingle?.attrs.sid ?? '';
      if (jingle?.attrs.action === 'existing-session-initiate' && sid === '')
        return keyOfUser(askerOf(stanza));
      return keyOfSid(sid, this.#policy.callIdHost);
    }
    const sip = sipOfContact(this.#policy.addresses, stanza.attrs.to ?? '');
    const user = sipOfUser(this.#policy.addresses, from);
    return keyOfPair(
      user.ok ? bareJid : brandBareJid(from),
      sip.ok ? sip.aor : brandAor(stanza.attrs.to ?? ''),
    );
  }

  #feedSip(arrow: Arrow, headline: string, details: readonly string[]): void {
    const peer = this.#sipPeer(arrow);
    const failure = FAILURE.exec(headline);
    if (failure !== null) {
      this.#feedFailure(peer, failure);
      return;
    }
    const named = details.flatMap((line) => /^Edge: (\S+)$/.exec(line)?.[1] ?? []);
    const edge = named[0] ?? SIP_EDGE;
    const spoken = peer.speak(
      headline,
      details.filter((line) => !line.startsWith('Edge: ')),
    );
    if ('branch' in spoken) {
      const event: Event = { type: 'sip.response.received', ...spoken };
      this.#gateway.feed(this.#gateway.keyOfBranch(spoken.branch), edge, event);
      return;
    }
    const source = { protocol: 'udp' as const, address: '192.0.2.10', port: 5060 };
    const event: Event = { type: 'sip.request.received', request: spoken, source };
    this.#gateway.feed(this.#keyOfRequest(spoken), edge, event);
  }

  #feedFailure(peer: SipPeer, [, cause = '', method]: RegExpExecArray): void {
    if (cause === 'gateway stops') {
      const { callId, localTag } = peer.unacknowledged();
      const key = this.#gateway.keyOfResponse(callId, localTag);
      this.#gateway.feed(key, SIP_EDGE, { type: 'call.end.requested' });
      return;
    }
    if (cause === 'no ACK') {
      const { callId, localTag, cseq } = peer.unacknowledged();
      const event: Event = { type: 'sip.ack.timed-out', callId, localTag, cseq };
      this.#gateway.feed(this.#gateway.keyOfResponse(callId, localTag), SIP_EDGE, event);
      return;
    }
    const { branch, request } = peer.failed(method);
    if (cause === 'edge gone') {
      this.#gateway.feed(this.#gateway.keyOfBranch(branch), SIP_EDGE, {
        type: 'sip.edge.lost',
        edge: SIP_EDGE,
      });
      return;
    }
    const event = {
      type: 'sip.request.failed',
      branch,
      callId: request.callId,
      method: request.method,
      cause,
    };
    this.#gateway.feed(this.#gateway.keyOfBranch(branch), SIP_EDGE, event as Event);
  }

  #feedXmpp(arrow: Arrow, headline: string, details: readonly string[]): void {
    const stanza = this.#xmppPeer(arrow).speak(headline, details);
    const domain = domainOf(stanza.attrs.to ?? '');
    if (isIqAnswer(stanza)) {
      const event: Event = { type: 'xmpp.iq.answered', domain, stanza };
      this.#gateway.feed(this.#gateway.keyOfAnswer(stanza), XMPP_EDGE, event);
      return;
    }
    const type = `xmpp.${stanza.name}.received`;
    this.#gateway.feed(this.#keyOfStanza(stanza), XMPP_EDGE, { type, domain, stanza } as Event);
  }

  #feedRelay(arrow: Arrow, headline: string, details: readonly string[]): void {
    const { command, event } = this.#relayPeer(arrow).speak(headline, details);
    this.#gateway.feed(this.#gateway.keyOfExchange(command.call, command.exchange), MEDIA_EDGE, event);
  }

  #feedChat(arrow: Arrow, headline: string, details: readonly string[]): void {
    const event = chatEvent(arrow.who, headline, details);
    this.#gateway.feed(this.#gateway.keyOfChat(event.session), MSRP_EDGE, event);
  }

  #feed(arrow: Arrow): void {
    const headline = this.#bindings.fill(arrow.headline);
    const details = arrow.details.map((line) => this.#bindings.fill(line));
    if (arrow.who.kind === 'sip') this.#feedSip(arrow, headline, details);
    else if (arrow.who.kind === 'relay') this.#feedRelay(arrow, headline, details);
    else if (arrow.who.kind === 'chat') this.#feedChat(arrow, headline, details);
    else if (arrow.who.kind === 'phone') {
      this.#gateway.feed(keyOfPhone(brandAor(arrow.who.address)), BOSH_EDGE, phoneEvent(arrow.who, headline));
    } else this.#feedXmpp(arrow, headline, details);
  }

  #deliver(arrow: Arrow, command: ArrowCommand): string | undefined {
    if (command.type === 'xmpp.stanza.send') {
      if (arrow.who.kind !== 'xmpp') return 'it goes to XMPP';
      const peer = this.#xmppPeer(arrow);
      if (!peer.isAddressed(command.stanza.attrs.to ?? '')) return `it goes to ${command.stanza.attrs.to}`;
      peer.receive(command.stanza);
      return undefined;
    }
    if (command.type === 'media.request.send') {
      if (arrow.who.kind !== 'relay') return 'it goes to a relay';
      this.#relayPeer(arrow).receive(command);
      return undefined;
    }
    if (isChatCommand(command)) return arrow.who.kind === 'chat' ? undefined : 'it goes to the MSRP edge';
    if (arrow.who.kind !== 'sip') return 'it goes to SIP';
    const peer = this.#sipPeer(arrow);
    if (command.type === 'sip.request.send') peer.receive(command);
    else if (!peer.sent(command.response.vias)) return 'it answers somebody else';
    else peer.heard(command);
    return undefined;
  }

  #expect(step: Exclude<FlowStep, { kind: 'wait' }>): void {
    const outcome = this.#pending.shift();
    if (outcome === undefined) throw new FlowError(`line ${step.line}: the gateway did nothing more`);
    const fault = this.#faultOf(step, outcome);
    if (fault === undefined) return;
    const rest = [outcome, ...this.#pending].map(describe).join('\n  ');
    throw new FlowError(`line ${step.line}: ${fault}; what came was\n  ${rest}`);
  }

  #faultOf(step: Exclude<FlowStep, { kind: 'wait' }>, outcome: Outcome): string | undefined {
    if (step.kind === 'inner') {
      const isSame = outcome.kind === 'inner' && this.#bindings.matches(step.text, outcome.text);
      return isSame ? undefined : `not ${step.text}`;
    }
    if (outcome.kind === 'inner') return `not ${step.headline}`;
    return (
      faultOf(this.#bindings, outcome.command, step.headline, step.details) ??
      this.#deliver(step as Arrow, outcome.command)
    );
  }

  #settle(line: number): void {
    if (this.#pending.length === 0) return;
    throw new FlowError(
      `before line ${line}: not in the flow\n  ${this.#pending.map(describe).join('\n  ')}`,
    );
  }

  take(step: FlowStep): void {
    if (step.kind === 'command' || step.kind === 'inner') {
      this.#expect(step);
      return;
    }
    this.#settle(step.line);
    try {
      if (step.kind === 'wait') this.#gateway.wait(step.ms);
      else this.#feed(step);
    } catch (error) {
      throw new Error(`line ${step.line} of the flow`, { cause: error });
    }
    this.#pending = [...this.#gateway.take()];
  }

  finish(): void {
    this.#settle(Number.POSITIVE_INFINITY);
    const { unanswered } = this.#gateway;
    if (unanswered.length > 0) throw new FlowError(`not answered exactly once: ${unanswered.join(', ')}`);
  }
}

/**
 * Plays the whole flow. Undefined, or where and how the gateway does something else than the flow says.
 * @param stepOf the core for a configuration; `createStep` by default.
 */
export function playFlow(
  flow: Flow,
  stepOf: (policy: TranslatorPolicy) => StepFunction = createStep,
): string | undefined {
  try {
    const policy = policyOf(flow.settings);
    const player = new Player(policy, stepOf(policy));
    for (const step of flow.steps) player.take(step);
    player.finish();
    return undefined;
  } catch (error) {
    if (error instanceof FlowError) return error.message;
    throw error;
  }
}
