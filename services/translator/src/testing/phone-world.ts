/**
 * A phone whose events are made up one by one, for tests of the core: what a connection manager would say is said by the
 * test.
 */

import { aorOfSipUri } from '@stoxgate/addressing';
import {
  brandKey,
  Command,
  type CommandOf,
  Event,
  type EventOf,
  keyOfPhone,
  type PhoneConnectionCommand,
  type PhoneReport,
  type SealedSecret,
  type XmlElement,
} from '@stoxgate/contracts';
import { el, NS } from '@stoxgate/wire-xmpp';
import type { PhoneSession } from '../phone/phone-session.ts';
import type { PhonesPolicy } from '../phone/phones-policy.ts';
import { PHONE_TIMER, stepPhone } from '../phone/step-phone.ts';
import { NOW, POLICY } from './pair-world.ts';

export type Sent = CommandOf<'bosh.request.send'>;

export const URI = 'sip:0123456789@example.org';
export const SECRET: SealedSecret = { form: 'open', text: 'cGVuY2ls' };

export const body = (attrs: Record<string, string>, ...children: XmlElement[]): XmlElement =>
  el('body', { xmlns: NS.HTTP_BIND, ...attrs }, ...children);
export const terminate = (condition?: string, ...children: XmlElement[]): XmlElement =>
  body({ type: 'terminate', ...(condition === undefined ? {} : { condition }) }, ...children);
export const saslFeatures = (...mechanisms: string[]): XmlElement =>
  el(
    'features',
    { xmlns: NS.STREAM },
    el('mechanisms', { xmlns: NS.SASL }, ...mechanisms.map((name) => el('mechanism', {}, name))),
  );
export const bindFeatures = (...more: XmlElement[]): XmlElement =>
  el('features', { xmlns: NS.STREAM }, el('bind', { xmlns: NS.BIND }), ...more);
export const sasl = (name: string, ...children: (XmlElement | string)[]): XmlElement =>
  el(name, { xmlns: NS.SASL }, ...children);
export const iq = (type: string, id: string, ...children: XmlElement[]): XmlElement =>
  el('iq', { xmlns: NS.CLIENT, type, id }, ...children);
export const stanzaErrorOf = (condition: string): XmlElement =>
  el('error', { type: 'cancel' }, el(condition, { xmlns: NS.STANZA_ERROR }));

const isOfConnection = (command: Command): command is PhoneConnectionCommand =>
  command.type.startsWith('phone.');

/** Terms as Prosody has them. */
export const TERMS = { sid: 's1', wait: '60', requests: '2', hold: '1', inactivity: '60', polling: '5' };

/** A phone that is stepped through events; every event has an id of its own. */
export class Phone {
  session: PhoneSession | undefined;
  now = NOW;
  readonly policy: PhonesPolicy;
  readonly dropped: string[] = [];
  /** What was said of connections since it was last asked for, in order. */
  #told: PhoneConnectionCommand[] = [];
  /** Every request, in order. */
  readonly sent: Sent[] = [];
  timerAt: number | undefined;
  #events = 0;

  constructor(changes: Partial<PhonesPolicy> = {}, account: Partial<EventOf<'phone.account.imported'>> = {}) {
    this.policy = { ...POLICY.phones, ...changes };
    this.import(account);
  }

  /** Steps; the requests that come of it. */
  handle(event: Event, edge = 'edge-1'): readonly Sent[] {
    Event.parse(event);
    const key = brandKey(keyOfPhone(aorOfSipUri(URI) ?? (URI as never)));
    const input = { key, now: this.now, eventId: `e${this.#events++}`, edge, event };
    const before = JSON.stringify(this.session);
    const step = stepPhone({ phones: this.policy }, this.session, input);
    if (JSON.stringify(this.session) !== before) throw new Error('the step changed its session');
    const again = stepPhone({ phones: this.policy }, this.session, input);
    if (JSON.stringify(again) !== JSON.stringify(step)) throw new Error('the step is not a function');
    // As a store would give it back.
    const session = step.session as PhoneSession | undefined;
    this.session = session === undefined ? undefined : JSON.parse(JSON.stringify(session));
    if (step.dropped !== undefined) this.dropped.push(step.dropped);
    if (event.type === 'timer.fired') this.timerAt = undefined;
    if (session === undefined) this.timerAt = undefined;
    const requests: Sent[] = [];
    for (const command of step.commands) {
      Command.parse(command);
      if (command.type === 'timer.set') this.timerAt = command.dueAt;
      if (command.type === 'bosh.request.send') requests.push(command);
      else if (isOfConnection(command)) this.#told.push(command);
    }
    this.sent.push(...requests);
    return requests;
  }

  /** What was said of connections since the last time. */
  told(): readonly PhoneConnectionCommand[] {
    return this.#told.splice(0);
  }

  import(account: Partial<EventOf<'phone.account.imported'>> = {}): readonly Sent[] {
    return this.handle({
      type: 'phone.account.imported',
      uri: URI,
      username: 'juliet',
      secret: SECRET,
      ...account,
    });
  }

  tell(report: PhoneReport, calls?: number): readonly Sent[] {
    return this.handle({
      type: 'phone.state.reported',
      report,
      source: 'command',
      ...(calls === undefined ? {} : { calls }),
    });
  }

  /** The answer to a request: an element, or none, with a status. */
  answer(sent: Sent, answer: XmlElement | number, more: { isServerProven?: boolean } = {}): readonly Sent[] {
    const { rid, attempt } = sent;
    const parts = typeof answer === 'number' ? { status: answer } : { status: 200, body: answer };
    return this.handle({ type: 'bosh.request.answered', rid, attempt, ...parts, ...more });
  }

  fail(sent: Sent, cause: EventOf<'bosh.request.failed'>['cause'] = 'transport'): readonly Sent[] {
    return this.handle({ type: 'bosh.request.failed', rid: sent.rid, attempt: sent.attempt, cause });
  }

  /** Lets time pass; the timer fires whenever it is due. */
  wait(ms: number): readonly Sent[] {
    const until = this.now + ms;
    const requests: Sent[] = [];
    while (this.timerAt !== undefined && this.timerAt <= until) {
      this.now = Math.max(this.now, this.timerAt);
      requests.push(...this.handle({ type: 'timer.fired', name: PHONE_TIMER, dueAt: this.timerAt }));
    }
    this.now = until;
    return requests;
  }

  get bosh() {
    return this.session?.bosh;
  }
}

/** The only request in `requests`. */
export function only(requests: readonly Sent[]): Sent {
  const [first, ...rest] = requests;
  if (first === undefined || rest.length > 0) throw new Error(`${requests.length} requests`);
  return first;
}

/** Text of a request as the edge would send it, but for what it takes a password for. */
export const textOf = ({ start, payload }: Sent): string =>
  `${start}${typeof payload === 'string' ? payload : `[${payload.step}]`}</body>`;

/** Takes a phone that has just begun to its presence; the request that brings it. */
export function takeToPresence(phone: Phone, create: Sent, terms: Record<string, string> = TERMS): Sent {
  const auth = only(phone.answer(create, body(terms, saslFeatures('PLAIN'))));
  const restart = only(phone.answer(auth, body({}, sasl('success'))));
  const bind = only(phone.answer(restart, body({}, bindFeatures())));
  return only(phone.answer(bind, body({}, iq('result', 'bind-0'))));
}

/** A phone that is online: its presence was taken, and the server holds a request. */
export function onlinePhone(
  changes: Partial<PhonesPolicy> = {},
  terms: Record<string, string> = TERMS,
): { phone: Phone; poll: Sent } {
  const phone = new Phone(changes);
  const shown = takeToPresence(phone, only(phone.tell('online')), terms);
  return { phone, poll: only(phone.answer(shown, body({}))) };
}
