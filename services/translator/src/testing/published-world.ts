/**
 * The publications of one SIP user, for tests: what is published, told of it, and forgotten with time.
 */
import {
  brandAor,
  type Command,
  type CommandOf,
  type Event,
  keyOfPublished,
  type SipBody,
  type SipHeaders,
  type SipRequest,
} from '@stoxgate/contracts';
import type { TranslatorPolicy } from '../policy.ts';
import { readPidf } from '../presence/pidf-read.ts';
import type { PublishedSession } from '../published/published-session.ts';
import { stepPublished } from '../published/step-published.ts';
import { NOW, of, POLICY } from './pair-world.ts';

const KEY = keyOfPublished(brandAor('sip:romeo@example.net'));
export const WATCHER = 'presence:alice@example.org sip:romeo@example.net';
const RPID = 'urn:ietf:params:xml:ns:pidf:rpid';

export const pidf = (inner = '<status><basic>open</basic></status>', more = '', id = 't1'): SipBody => ({
  contentType: 'application/pidf+xml',
  content: `<presence xmlns='urn:ietf:params:xml:ns:pidf' entity='pres:romeo@example.net'><tuple id='${id}'>${inner}</tuple>${more}</presence>`,
  encoding: 'utf8',
});
export const ON_THE_PHONE = pidf(
  '<status><basic>open</basic></status>',
  `<d:person xmlns:d='urn:ietf:params:xml:ns:pidf:data-model' id='p'><r:activities xmlns:r='${RPID}'><r:on-the-phone/></r:activities></d:person>`,
);
export const dialogs = (...states: readonly string[]): SipBody => ({
  contentType: 'application/dialog-info+xml',
  content: `<dialog-info xmlns='urn:ietf:params:xml:ns:dialog-info' version='0' state='full' entity='sip:romeo@example.net'>${states
    .map((state, at) => `<dialog id='d${at}'><state>${state}</state></dialog>`)
    .join('')}</dialog-info>`,
  encoding: 'utf8',
});

/** What is published of romeo@example.net. */
export class Published {
  session: PublishedSession | undefined;
  now = NOW;
  readonly policy: TranslatorPolicy;
  #events = 0;
  #timerAt: number | undefined;

  constructor(changes: Partial<TranslatorPolicy> = {}) {
    this.policy = { ...POLICY, ...changes };
  }

  handle(event: Event): readonly Command[] {
    const input = { key: KEY, now: this.now, eventId: `e${this.#events++}`, edge: 'edge-1', event };
    const step = stepPublished(this.policy, this.session, input);
    this.session = step.session as PublishedSession | undefined;
    for (const command of step.commands) if (command.type === 'timer.set') this.#timerAt = command.dueAt;
    return step.commands;
  }

  publish(
    body?: SipBody,
    headers: SipHeaders = {},
    method = 'PUBLISH',
    by = 'sip:romeo@example.net',
  ): readonly Command[] {
    const request: SipRequest = {
      method,
      requestUri: 'sip:romeo@example.net',
      maxForwards: 70,
      vias: ['SIP/2.0/UDP 127.0.0.1;branch=z9hG4bKabc'],
      from: { uri: by, params: { tag: 'r' } },
      to: { uri: 'sip:romeo@example.net', params: {} },
      callId: 'call-1',
      cseq: { number: 1, method },
      contacts: [],
      recordRoutes: [],
      headers: { event: ['presence'], ...headers },
      ...(body && { body }),
    };
    return this.handle({
      type: 'sip.request.received',
      request,
      source: { protocol: 'udp', address: '127.0.0.1', port: 5060 },
    });
  }

  watch(): readonly Command[] {
    return this.handle({ type: 'presence.published.watched', replyTo: WATCHER });
  }

  pass(ms: number): readonly Command[] {
    this.now += ms;
    if (this.#timerAt === undefined || this.#timerAt > this.now) return [];
    const dueAt = this.#timerAt;
    this.#timerAt = undefined;
    return this.handle({ type: 'timer.fired', name: 'published', dueAt });
  }
}

export const answerIn = (commands: readonly Command[]) => {
  const [answer] = of(commands, 'sip.response.send');
  if (answer === undefined) throw new Error('no answer');
  return answer.response;
};
export const etagIn = (commands: readonly Command[]): string =>
  answerIn(commands).headers['sip-etag']?.[0] ?? '';
export const eventsTo = (commands: readonly Command[], kind: string) =>
  of(commands, 'session.notify')
    .filter(({ key }) => key.startsWith(kind))
    .map(({ event }: CommandOf<'session.notify'>) => event);
export const toldIn = (commands: readonly Command[]) =>
  eventsTo(commands, 'presence:').map((event) => {
    if (event.type !== 'presence.published') throw new Error(event.type);
    return event.pidf === undefined
      ? 'nothing'
      : readPidf(event.pidf)?.tuples.map(
          ({ id, isOpen, show, notes }) =>
            `${id} ${isOpen ? 'open' : 'closed'} ${show ?? ''} ${notes.map(({ text }) => text).join()}`,
        );
  });
export const reportsIn = (commands: readonly Command[]) =>
  eventsTo(commands, 'phone:').map((event) => {
    if (event.type !== 'phone.state.reported') throw new Error(event.type);
    return [event.report, event.source, event.calls].filter((part) => part !== undefined).join(' ');
  });
