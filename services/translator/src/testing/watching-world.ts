/**
 * An XMPP user who watches a SIP address, stepped through events: for tests of the subscriber.
 */
import {
  brandAor,
  brandBareJid,
  type Command,
  type CommandOf,
  type Event,
  keyOfPresence,
  type SipHeaders,
  type SipRequest,
  type SipResponse,
} from '@stoxgate/contracts';
import { childOf, el, textOf } from '@stoxgate/wire-xmpp';
import type { TranslatorPolicy } from '../policy.ts';
import type { PresenceSession } from '../presence/presence-session.ts';
import { stepPresence } from '../presence/step-presence.ts';
import { NOW, of, POLICY } from './pair-world.ts';

export const USER = 'alice@example.org';
export const DESK = 'alice@example.org/desk';
export const CONTACT = 'romeo@sip.example.org';
const DOMAIN = 'sip.example.org';
const KEY = keyOfPresence(brandBareJid(USER), brandAor('sip:romeo@example.net'));

export type Subscribe = CommandOf<'sip.request.send'>;

/** A document with these tuples. */
export const pidf = (tuples: string, entity = 'pres:romeo@example.net'): string =>
  `<presence xmlns='urn:ietf:params:xml:ns:pidf' entity='${entity}'>${tuples}</presence>`;
export const tuple = (basic: string, inner = '', id = 'ID-orchard'): string =>
  `<tuple id='${id}'><status><basic>${basic}</basic></status>${inner}</tuple>`;

/** What a command does, in a word or two; stanzas with what they hold. */
function wordFor(command: Command): string {
  switch (command.type) {
    case 'xmpp.stanza.send': {
      const { stanza } = command;
      const { type = 'available', from, to } = stanza.attrs;
      const show = childOf(stanza, 'show');
      return `${type} ${from} > ${to}${show === undefined ? '' : ` ${textOf(show)}`}`;
    }
    case 'sip.request.send':
      return `SUBSCRIBE ${command.request.headers.expires}`;
    case 'sip.response.send':
      return String(command.response.status);
    case 'session.notify':
      return command.event.type;
    default:
      return command.type;
  }
}

/** alice@example.org watches romeo@example.net. Time passes, and timers fire, only by `pass`. */
export class Watcher {
  session: PresenceSession | undefined;
  now = NOW;
  readonly policy: TranslatorPolicy;
  /** The latest SUBSCRIBE. */
  #sent: Subscribe | undefined;
  #timerAt: number | undefined;
  #events = 0;
  #cseq = 0;

  constructor(changes: Partial<TranslatorPolicy> = {}) {
    this.policy = { ...POLICY, presenceMode: 'sip', ...changes };
  }

  handle(event: Event): readonly Command[] {
    const input = { key: KEY, now: this.now, eventId: `e${this.#events++}`, edge: 'edge-1', event };
    const before = JSON.stringify(this.session);
    const step = stepPresence(this.policy, this.session, input);
    if (JSON.stringify(this.session) !== before) throw new Error('the step changed its session');
    const again = stepPresence(this.policy, this.session, input);
    if (JSON.stringify(again) !== JSON.stringify(step)) throw new Error('the step is not a function');
    this.session = step.session && (JSON.parse(JSON.stringify(step.session)) as PresenceSession | undefined);
    for (const command of step.commands) {
      if (command.type === 'timer.set') this.#timerAt = command.dueAt;
    }
    if (this.session === undefined) this.#timerAt = undefined;
    this.#sent = of(step.commands, 'sip.request.send').at(-1) ?? this.#sent;
    return step.commands;
  }

  /** What was done, without timers. */
  #words(commands: readonly Command[]): readonly string[] {
    return commands.filter(({ type }) => type !== 'timer.set').map(wordFor);
  }

  get sent(): Subscribe {
    if (this.#sent === undefined) throw new Error('no SUBSCRIBE was sent');
    return this.#sent;
  }

  /** When the half has something to do by itself, in seconds from now. */
  get wakesInS(): number {
    return ((this.session?.watching?.dueAt ?? Number.NaN) - this.now) / 1000;
  }

  hear(type?: string, { from = USER, isOnline = true, to = CONTACT } = {}): readonly string[] {
    const stanza = el('presence', { from, to, type });
    return this.#words(this.handle({ type: 'presence.stanza.received', domain: DOMAIN, stanza, isOnline }));
  }

  answer(status: number, headers: SipHeaders = {}, changes: Partial<SipResponse> = {}): readonly string[] {
    const { request, branch } = this.sent;
    const response: SipResponse = {
      status,
      reason: 'Whatever',
      vias: [],
      from: request.from,
      to: { ...request.to, params: { tag: 'server' } },
      callId: request.callId,
      cseq: { number: request.cseq, method: 'SUBSCRIBE' },
      contacts: [],
      recordRoutes: [],
      headers,
      ...changes,
    };
    return this.#words(this.handle({ type: 'sip.response.received', branch, response }));
  }

  fail(cause: 'timeout' | 'transport' | 'unresolvable' | 'no-credentials'): readonly string[] {
    const { request, branch } = this.sent;
    const { callId } = request;
    return this.#words(
      this.handle({ type: 'sip.request.failed', branch, callId, method: 'SUBSCRIBE', cause }),
    );
  }

  /** NOTIFY of the subscription that the latest SUBSCRIBE is of, with the document as its body. */
  notify(state: string, document?: string, changes: Partial<SipRequest> = {}): readonly string[] {
    const { from, to, callId } = this.sent.request;
    this.#cseq++;
    const request: SipRequest = {
      method: 'NOTIFY',
      requestUri: 'sip:alice@127.0.0.1',
      maxForwards: 70,
      vias: ['SIP/2.0/UDP 127.0.0.1;branch=z9hG4bKabc'],
      from: { uri: to.uri, params: { tag: 'server' } },
      to: from,
      callId,
      cseq: { number: this.#cseq, method: 'NOTIFY' },
      contacts: [{ uri: 'sip:presence@192.0.2.7', params: {} }],
      recordRoutes: ['<sip:192.0.2.1;lr>'],
      headers: { event: ['presence'], 'subscription-state': [state] },
      ...(document === undefined
        ? {}
        : { body: { contentType: 'application/pidf+xml', content: document, encoding: 'utf8' } }),
      ...changes,
    };
    return this.#words(this.handle({ type: 'dialog.request.received', edge: 'edge-1', request }));
  }

  /** Lets time pass; the record's timer fires when it is due. */
  pass(seconds: number): readonly string[] {
    const until = this.now + seconds * 1000;
    const words: string[] = [];
    while (this.#timerAt !== undefined && this.#timerAt <= until) {
      const dueAt = this.#timerAt;
      this.#timerAt = undefined;
      this.now = Math.max(this.now, dueAt);
      words.push(...this.#words(this.handle({ type: 'timer.fired', name: 'presence', dueAt })));
    }
    this.now = until;
    return words;
  }

  /** Subscribed, let, and shown one resource. */
  watch(document = pidf(tuple('open')), expires = '3600'): this {
    this.hear('subscribe');
    this.answer(200, { expires: [expires] });
    this.notify(`active;expires=${expires}`, document);
    return this;
  }
}
