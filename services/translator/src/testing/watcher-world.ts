/**
 * A SIP watcher and an XMPP user, stepped through events: for tests of the notifier.
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
  type XmlElement,
} from '@stoxgate/contracts';
import { el } from '@stoxgate/wire-xmpp';
import type { TranslatorPolicy } from '../policy.ts';
import type { PidfDocument } from '../presence/pidf.ts';
import { readPidf } from '../presence/pidf-read.ts';
import type { PresenceSession } from '../presence/presence-session.ts';
import { stepPresence } from '../presence/step-presence.ts';
import { NOW, of, POLICY } from './pair-world.ts';

export const WATCHER_KEY = keyOfPresence(
  brandBareJid('alice@example.org'),
  brandAor('sip:romeo@example.net'),
);
export const CONTACT = 'romeo@sip.example.org';
const DOMAIN = 'sip.example.org';

/** What a NOTIFY says. */
export interface Told {
  readonly state: string;
  readonly document?: PidfDocument;
}

export interface Sent {
  readonly branch: string;
  readonly request: CommandOf<'sip.request.send'>['request'];
  readonly challenges: CommandOf<'sip.request.send'>['challenges'];
}

export const toldBy = ({ request }: Sent): Told => {
  const document = request.body && readPidf(request.body.content);
  return { state: request.headers['subscription-state']?.[0] ?? '', ...(document && { document }) };
};

/** NOTIFYs among the commands. */
export const notifiesIn = (commands: readonly Command[]): readonly Sent[] =>
  of(commands, 'sip.request.send').map(({ branch, request, challenges }) => ({
    branch,
    request,
    challenges,
  }));

export const statusesIn = (commands: readonly Command[]) =>
  of(commands, 'sip.response.send').map(({ response }) => response);

/** Stanzas as `type from`. */
export const saidIn = (commands: readonly Command[]): readonly string[] =>
  of(commands, 'xmpp.stanza.send').map(({ stanza }) => `${stanza.attrs.type} ${stanza.attrs.from}`);

/** romeo@example.net watches alice@example.org. Time passes, and timers fire, only by `pass`. */
export class Watchers {
  session: PresenceSession | undefined;
  now = NOW;
  readonly policy: TranslatorPolicy;
  #timerAt: number | undefined;
  #events = 0;

  constructor(changes: Partial<TranslatorPolicy> = {}) {
    this.policy = { ...POLICY, presenceMode: 'sip', ...changes };
  }

  handle(event: Event): readonly Command[] {
    const eventId = `e${this.#events++}`;
    const input = { key: WATCHER_KEY, now: this.now, eventId, edge: 'edge-1', event };
    const before = JSON.stringify(this.session);
    const step = stepPresence(this.policy, this.session, input);
    if (JSON.stringify(this.session) !== before) throw new Error('the step changed its session');
    this.session = step.session as PresenceSession | undefined;
    for (const command of step.commands) {
      if (command.type === 'timer.set') this.#timerAt = command.dueAt;
    }
    if (this.session === undefined) this.#timerAt = undefined;
    return step.commands;
  }

  /** A SUBSCRIBE; in the dialog that `sent` is of, when there is one. */
  subscribe(headers: SipHeaders = {}, changes: Partial<SipRequest> = {}, sent?: Sent): readonly Command[] {
    const request: SipRequest = {
      method: 'SUBSCRIBE',
      requestUri: 'sip:alice@example.org',
      maxForwards: 70,
      vias: ['SIP/2.0/UDP 127.0.0.1;branch=z9hG4bKabc'],
      from: { uri: 'sip:romeo@example.net', params: { tag: 'r' } },
      to: { uri: 'sip:alice@example.org', params: sent ? { tag: sent.request.from.params.tag ?? '' } : {} },
      callId: 'call-1',
      cseq: { number: sent ? 100 : 1, method: 'SUBSCRIBE' },
      contacts: [{ uri: 'sip:romeo@192.0.2.5:5062', params: {} }],
      recordRoutes: [],
      headers: { event: ['presence'], ...headers },
      ...changes,
    };
    return this.handle({ type: 'dialog.request.received', edge: 'edge-1', request });
  }

  /** The watcher's answer to a NOTIFY. */
  answer(sent: Sent | undefined, status = 200, headers: SipHeaders = {}): readonly Command[] {
    if (sent === undefined) throw new Error('no NOTIFY was sent');
    const { request, branch } = sent;
    const response: SipResponse = {
      status,
      reason: 'Whatever',
      vias: [],
      from: request.from,
      to: request.to,
      callId: request.callId,
      cseq: { number: request.cseq, method: 'NOTIFY' },
      contacts: [],
      recordRoutes: [],
      headers,
    };
    return this.handle({ type: 'sip.response.received', branch, response });
  }

  fails(sent: Sent | undefined, cause: 'timeout' | 'transport' = 'timeout'): readonly Command[] {
    if (sent === undefined) throw new Error('no NOTIFY was sent');
    const { branch, request } = sent;
    return this.handle({
      type: 'sip.request.failed',
      branch,
      callId: request.callId,
      method: 'NOTIFY',
      cause,
    });
  }

  /** A presence stanza of the user, from its bare JID unless a resource is given. */
  hear(type?: string, resource = '', ...children: XmlElement[]): readonly Command[] {
    const from = resource === '' ? 'alice@example.org' : `alice@example.org/${resource}`;
    const stanza = el('presence', { from, to: CONTACT, type }, ...children);
    return this.handle({ type: 'presence.stanza.received', domain: DOMAIN, stanza, isOnline: true });
  }

  /** Lets time pass, timer by timer; everything that came of them, which `onFired` gets as it comes. */
  pass(ms: number, onFired?: (commands: readonly Command[]) => void): readonly Command[] {
    const until = this.now + ms;
    const commands: Command[] = [];
    while (this.#timerAt !== undefined && this.#timerAt <= until) {
      const dueAt = this.#timerAt;
      this.now = Math.max(this.now, dueAt);
      this.#timerAt = undefined;
      const fired = this.handle({ type: 'timer.fired', name: 'presence', dueAt });
      onFired?.(fired);
      commands.push(...fired);
    }
    this.now = until;
    return commands;
  }

  /** A watcher whom the user lets watch, who knows that nothing is known; its first NOTIFY. */
  authorized(): Sent {
    const [pending] = notifiesIn(this.subscribe());
    this.answer(pending);
    const [active] = notifiesIn(this.hear('subscribed'));
    this.answer(active);
    if (active === undefined) throw new Error('no NOTIFY was sent');
    return active;
  }
}
