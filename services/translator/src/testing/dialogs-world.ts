/**
 * The dialogs of a phone, watched at its SIP server and stepped through events: for tests of that watch.
 */
import {
  brandAor,
  type Command,
  type CommandOf,
  type Event,
  keyOfDialogs,
  type SipHeaders,
  type SipRequest,
  type SipResponse,
} from '@stoxgate/contracts';
import type { DialogWatch } from '../dialog-watch/dialog-watch.ts';
import { stepDialogs } from '../dialog-watch/step-dialogs.ts';
import type { TranslatorPolicy } from '../policy.ts';
import { NOW, of, POLICY } from './pair-world.ts';

export const PHONE = 'sip:1001@example.net';
const KEY = keyOfDialogs(brandAor(PHONE));

/** A document with a dialog for each state, their ids d0, d1 … or those that are given: `state@id`. */
export const dialogInfo = (
  states: readonly string[],
  { version = 0, state = 'full', entity = PHONE }: { version?: number; state?: string; entity?: string } = {},
): string =>
  `<dialog-info xmlns='urn:ietf:params:xml:ns:dialog-info' version='${version}' state='${state}' entity='${entity}'>${states
    .map((text, at) => {
      const [word = '', id = `d${at}`] = text.split('@');
      return `<dialog id='${id}'><state>${word}</state></dialog>`;
    })
    .join('')}</dialog-info>`;

function wordFor(command: Command): string {
  switch (command.type) {
    case 'sip.request.send': {
      const { request } = command;
      const tag = request.to.params.tag;
      return `SUBSCRIBE ${request.headers.expires}${tag === undefined ? '' : ` in ${tag}`}`;
    }
    case 'sip.response.send':
      return String(command.response.status);
    case 'session.notify': {
      const { event } = command;
      if (event.type !== 'phone.dialogs.told') return event.type;
      return event.until === undefined
        ? `calls ${event.calls}`
        : `calls ${event.calls} for ${event.until - NOW}`;
    }
    default:
      return command.type;
  }
}

export interface NotifyChanges extends Partial<SipRequest> {
  /** Tag of the device that tells; `server` by default. */
  readonly by?: string;
}

/** Whose dialogs are watched: sip:1001@example.net. Time passes, and timers fire, only by `pass`. */
export class WatchedPhone {
  session: DialogWatch | undefined;
  now = NOW;
  policy: TranslatorPolicy;
  readonly sent: CommandOf<'sip.request.send'>[] = [];
  readonly responses: CommandOf<'sip.response.send'>['response'][] = [];
  #timerAt: number | undefined;
  #events = 0;
  #cseq = 0;

  constructor(changes: Partial<TranslatorPolicy> = {}) {
    this.policy = { ...POLICY, phones: { ...POLICY.phones, watchDialogs: true }, ...changes };
  }

  handle(event: Event): readonly string[] {
    const input = { key: KEY, now: this.now, eventId: `e${this.#events++}`, edge: 'edge-1', event };
    const before = JSON.stringify(this.session);
    const step = stepDialogs(this.policy, this.session, input);
    if (JSON.stringify(this.session) !== before) throw new Error('the step changed its session');
    if (JSON.stringify(stepDialogs(this.policy, this.session, input)) !== JSON.stringify(step)) {
      throw new Error('the step is not a function');
    }
    this.session = step.session && (JSON.parse(JSON.stringify(step.session)) as DialogWatch);
    for (const command of step.commands) {
      if (command.type === 'timer.set') this.#timerAt = command.dueAt;
    }
    if (this.session === undefined) this.#timerAt = undefined;
    this.sent.push(...of(step.commands, 'sip.request.send'));
    this.responses.push(...of(step.commands, 'sip.response.send').map(({ response }) => response));
    return step.commands.filter(({ type }) => type !== 'timer.set').map(wordFor);
  }

  /** The latest SUBSCRIBE, or the one that many before it. */
  request(back = 0): CommandOf<'sip.request.send'> {
    const sent = this.sent.at(-1 - back);
    if (sent === undefined) throw new Error('no SUBSCRIBE was sent');
    return sent;
  }

  /** When the record has something to do by itself, in seconds from now. */
  get wakesInS(): number {
    const { subscriptions = [], retryAt = 0 } = this.session ?? {};
    const at = [...subscriptions.map(({ phase }) => phase.until), retryAt].filter((time) => time > 0);
    return (Math.min(...at) - this.now) / 1000;
  }

  watch(): readonly string[] {
    return this.handle({ type: 'phone.dialogs.watched' });
  }

  unwatch(): readonly string[] {
    return this.handle({ type: 'phone.dialogs.unwatched' });
  }

  answer(
    status: number,
    headers: SipHeaders = {},
    changes: Partial<SipResponse> = {},
    back = 0,
  ): readonly string[] {
    const { request, branch } = this.request(back);
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
    return this.handle({ type: 'sip.response.received', branch, response });
  }

  fail(cause: 'timeout' | 'transport' | 'unresolvable' | 'no-credentials'): readonly string[] {
    const { request, branch } = this.request();
    return this.handle({
      type: 'sip.request.failed',
      branch,
      callId: request.callId,
      method: 'SUBSCRIBE',
      cause,
    });
  }

  /** NOTIFY of the subscription that the latest SUBSCRIBE is of. */
  notify(
    state: string,
    document?: string,
    { by = 'server', ...changes }: NotifyChanges = {},
  ): readonly string[] {
    const { from, to, callId } = this.request().request;
    this.#cseq++;
    const request: SipRequest = {
      method: 'NOTIFY',
      requestUri: 'sip:1001@127.0.0.1',
      maxForwards: 70,
      vias: ['SIP/2.0/UDP 127.0.0.1;branch=z9hG4bKabc'],
      from: { uri: to.uri, params: { tag: by } },
      to: from,
      callId,
      cseq: { number: this.#cseq, method: 'NOTIFY' },
      contacts: [{ uri: `sip:${by}@192.0.2.7`, params: {} }],
      recordRoutes: ['<sip:192.0.2.1;lr>'],
      headers: { event: ['dialog'], 'subscription-state': [state] },
      ...(document !== undefined && {
        body: { contentType: 'application/dialog-info+xml', content: document, encoding: 'utf8' },
      }),
      ...changes,
    };
    return this.handle({ type: 'dialog.request.received', edge: 'edge-1', request });
  }

  /** Lets time pass; the record's timer fires when it is due. */
  pass(seconds: number): readonly string[] {
    const until = this.now + seconds * 1000;
    const words: string[] = [];
    while (this.#timerAt !== undefined && this.#timerAt <= until) {
      const dueAt = this.#timerAt;
      this.#timerAt = undefined;
      this.now = Math.max(this.now, dueAt);
      words.push(...this.handle({ type: 'timer.fired', name: 'dialogs', dueAt }));
    }
    this.now = until;
    return words;
  }

  /** Lets time pass until the record does something by itself. */
  passToNext(): readonly string[] {
    for (;;) {
      const words = this.pass(this.wakesInS);
      if (words.length > 0) return words;
    }
  }

  /** Subscribed for an hour, told of these dialogs. */
  begin(...states: readonly string[]): this {
    this.watch();
    this.answer(200, { expires: ['3600'] });
    this.notify('active;expires=3600', dialogInfo(states));
    return this;
  }
}
