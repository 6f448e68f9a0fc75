/**
 * Chats of one pair with a SIP user and an MSRP edge that do what a test says: whom they told what is counted.
 */
import {
  type Command,
  type CommandOf,
  type Event,
  type EventOf,
  type OutgoingSipRequest,
  type SipRequest,
  type SipResponse,
  sidOfCallId,
} from '@stoxgate/contracts';
import { el, NS } from '@stoxgate/wire-xmpp';
import { body, type Pair } from './pair-world.ts';

type Sent = CommandOf<'sip.request.send'>;
type MsrpWord = EventOf<'msrp.message.sent'> | EventOf<'msrp.message.failed'>;
type MsrpFailure = EventOf<'msrp.session.failed'>['cause'];

/** What became of one message of the user. */
export interface Fate {
  delivered: number;
  told: number;
}

interface MsrpSession {
  state: 'opening' | 'opened' | 'connected';
  readonly queue: string[];
}

interface Pending {
  readonly sent: Sent;
  /** When its transaction gives it up; a provisional response to an INVITE takes that away. */
  until: number;
}

const TRANSACTION_MS = 32_000;
const SDP = { contentType: 'application/sdp', encoding: 'utf8' } as const;
export const chatSdp = (types = 'text/plain message/cpim application/im-iscomposing+xml'): string =>
  [
    'v=0',
    'o=- 1 1 IN IP4 192.0.2.7',
    's=-',
    'c=IN IP4 192.0.2.7',
    't=0 0',
    'm=message 7654 TCP/MSRP *',
    'a=path:msrp://192.0.2.7:7654/peer;tcp',
    `a=accept-types:${types}`,
    '',
  ].join('\r\n');

const NUMBER = /(\d+):hello/;

export class ChatWorld {
  readonly pair: Pair;
  /** By number of the message. */
  readonly fates: Fate[] = [];
  /** Numbers in the order in which they were delivered. */
  readonly deliveries: number[] = [];
  readonly commands: Command[] = [];
  readonly sessions = new Map<string, MsrpSession>();
  readonly #pending: Pending[] = [];
  readonly #texts = new Map<string, string>();
  readonly #untold: MsrpWord[] = [];
  #timerAt: number | undefined;
  /** Requests of the peer that wait for a final response, by method. */
  #invites = 0;
  #dialog: { callId: string; localTag: string; remoteTag: string; cseq: number } | undefined;

  constructor(pair: Pair) {
    this.pair = pair;
  }

  handle(event: Event): readonly Command[] {
    const commands = this.pair.handle(event);
    for (const command of commands) this.#take(command);
    if (this.pair.session === undefined) this.#timerAt = undefined;
    return commands;
  }

  #take(command: Command): void {
    this.commands.push(command);
    switch (command.type) {
      case 'timer.set':
        this.#timerAt = command.dueAt;
        break;
      case 'sip.request.send':
        if (command.request.method !== 'ACK' && command.request.method !== 'CANCEL')
          this.#pending.push({ sent: command, until: this.pair.now + TRANSACTION_MS });
        break;
      case 'sip.response.send':
        this.#answered(command);
        break;
      case 'xmpp.stanza.send':
        this.#stanza(command);
        break;
      case 'msrp.session.open':
        this.sessions.set(command.session, { state: 'opening', queue: [] });
        break;
      case 'msrp.session.close':
        this.sessions.delete(command.session);
        break;
      case 'msrp.message.send':
        this.#texts.set(command.message, command.body.content);
        this.sessions.get(command.session)?.queue.push(command.message);
        break;
      default:
        break;
    }
  }

  #answered({ response }: CommandOf<'sip.response.send'>): void {
    const { status, cseq, callId, to, from } = response;
    if (cseq.method !== 'INVITE' || status < 200 || status >= 300) return;
    this.#dialog = {
      callId,
      localTag: from.params.tag ?? '',
      remoteTag: to.params.tag ?? '',
      cseq: cseq.number,
    };
    this.inDialog('ACK');
  }

  #stanza({ stanza }: CommandOf<'xmpp.stanza.send'>): void {
    const fate = stanza.attrs.type === 'error' ? this.fates[Number(stanza.attrs.id)] : undefined;
    if (fate !== undefined) fate.told++;
  }

  #delivered(text: string): void {
    const number = Number(NUMBER.exec(text)?.[1] ?? Number.NaN);
    const fate = this.fates[number];
    if (fate === undefined) return;
    fate.delivered++;
    this.deliveries.push(number);
  }

  /** The user says something, from one of its devices. */
  say(device = 'desk', wantsReceipt = false, more = ''): void {
    const id = String(this.fates.length);
    this.fates.push({ delivered: 0, told: 0 });
    const stanza = el(
      'message',
      { from: `alice@example.org/${device}`, to: 'romeo@sip.example.org', id, type: 'chat' },
      body(`${id}:hello${more}`),
      wantsReceipt ? el('request', { xmlns: NS.RECEIPTS }) : undefined,
    );
    this.handle({ type: 'xmpp.message.received', domain: 'sip.example.org', stanza });
  }

  state(name: string, device = 'desk'): void {
    const stanza = el(
      'message',
      { from: `alice@example.org/${device}`, to: 'romeo@sip.example.org', type: 'chat' },
      el(name, { xmlns: NS.CHAT_STATES }),
    );
    this.handle({ type: 'xmpp.message.received', domain: 'sip.example.org', stanza });
  }

  /** Answers the oldest request of the gateway that has no final response. */
  answer(status: number, sdp?: string, tag = 'peer-tag'): void {
    const pending = this.#pending[0];
    if (pending === undefined) return;
    const { sent } = pending;
    if (status >= 200) this.#pending.shift();
    else if (sent.request.method === 'INVITE') pending.until = Number.POSITIVE_INFINITY;
    const { request } = sent;
    const isOk = status >= 200 && status < 300;
    if (isOk && request.method === 'MESSAGE') this.#delivered(request.body?.content ?? '');
    if (isOk && request.method === 'INVITE') this.#dialogOf(request, tag);
    this.handle({
      type: 'sip.response.received',
      branch: sent.branch,
      response: responseTo(sent, status, sdp, tag),
    });
  }

  #dialogOf(request: OutgoingSipRequest, tag: string): void {
    this.#dialog = {
      callId: request.callId,
      localTag: tag,
      remoteTag: request.from.params.tag ?? '',
      cseq: 0,
    };
  }

  fail(cause: EventOf<'sip.request.failed'>['cause'], pending = this.#pending[0]): void {
    if (pending === undefined) return;
    this.#pending.splice(this.#pending.indexOf(pending), 1);
    const { sent } = pending;
    const { callId, method } = sent.request;
    this.handle({ type: 'sip.request.failed', branch: sent.branch, callId, method, cause });
  }

  /** The SIP user asks for a chat. */
  invite(over: Partial<SipRequest> = {}): void {
    this.#invites++;
    this.#request(
      request('INVITE', `in-${this.#invites}`, 1, `peer-${this.#invites}`, undefined, {
        body: { ...SDP, content: chatSdp() },
        ...over,
      }),
    );
  }

  /** A request of the SIP user in the dialog that was made last. */
  inDialog(method: string): void {
    const dialog = this.#dialog;
    if (dialog === undefined) return;
    if (method !== 'ACK') dialog.cseq++;
    const { callId, cseq, localTag, remoteTag } = dialog;
    this.#request(request(method, callId, cseq, localTag, remoteTag));
  }

  #request(message: SipRequest): void {
    this.handle({ type: 'dialog.request.received', edge: 'edge-1', request: message });
  }

  /** The oldest session at the MSRP edge in this state. */
  #sessionIn(state: MsrpSession['state']): string | undefined {
    return [...this.sessions].find(([, session]) => session.state === state)?.[0];
  }

  opened(): void {
    const session = this.#sessionIn('opening');
    const found = session && this.sessions.get(session);
    if (session === undefined || !found) return;
    found.state = 'opened';
    this.handle({
      type: 'msrp.session.opened',
      session,
      path: `msrp://192.0.2.1:2855/${session};tcp`,
      port: 2855,
    });
  }

  connected(): void {
    const session = this.#sessionIn('opened');
    const found = session && this.sessions.get(session);
    if (session === undefined || !found) return;
    found.state = 'connected';
    this.handle({ type: 'msrp.session.connected', session });
  }

  sessionFailed(cause: MsrpFailure): void {
    const session = this.#sessionIn('opening') ?? this.#sessionIn('opened');
    if (session === undefined) return;
    this.sessions.delete(session);
    this.handle({ type: 'msrp.session.failed', session, cause });
  }

  /** The next message of a session is out, and there; of that the gateway hears when `tell` says so. */
  write(which: 'oldest' | 'newest' = 'oldest'): void {
    const sessions = [...this.sessions];
    for (const [session, { queue }] of which === 'oldest' ? sessions : sessions.toReversed()) {
      const message = queue.shift();
      if (message === undefined) continue;
      this.#delivered(this.#texts.get(message) ?? '');
      this.#untold.push({ type: 'msrp.message.sent', session, message });
      return;
    }
  }

  /** The gateway hears what the MSRP edge has to tell. */
  tell(): void {
    for (const event of this.#untold.splice(0)) {
      if (this.sessions.has(event.session)) this.handle(event);
    }
  }

  refused(status: number): void {
    for (const [session, { queue }] of this.sessions) {
      const message = queue.shift();
      if (message === undefined) continue;
      this.#untold.push({ type: 'msrp.message.failed', session, message, cause: 'refused', status });
      return;
    }
  }

  /** The connection of a session is lost: what was not out has failed. */
  lost(): void {
    const session = this.#sessionIn('connected');
    const queue = (session && this.sessions.get(session)?.queue) ?? [];
    if (session === undefined) return;
    this.tell();
    if (!this.sessions.has(session)) return;
    for (const message of queue)
      this.handle({ type: 'msrp.message.failed', session, message, cause: 'closed' });
    this.sessions.delete(session);
    this.handle({ type: 'msrp.session.closed', session, cause: 'lost' });
  }

  /** Something is said in the session that is connected. */
  hear(text: string, message = `n${this.commands.length}`): void {
    const session = this.#sessionIn('connected');
    if (session === undefined) return;
    this.handle({
      type: 'msrp.message.received',
      session,
      message,
      body: { contentType: 'text/plain', content: text, encoding: 'utf8' },
      bytes: text.length,
      wantsReport: true,
      failureReport: 'no',
    });
  }

  wait(ms: number): void {
    this.tell();
    const until = this.pair.now + ms;
    for (;;) {
      const timerAt = this.#timerAt ?? Number.POSITIVE_INFINITY;
      const [late] = this.#pending.toSorted((one, other) => one.until - other.until);
      const next = Math.min(timerAt, late?.until ?? timerAt);
      if (next > until) break;
      this.pair.now = Math.max(this.pair.now, next);
      if (late !== undefined && late.until === next) {
        this.fail('timeout', late);
        continue;
      }
      this.#timerAt = undefined;
      this.handle({ type: 'timer.fired', name: 'pair', dueAt: timerAt });
    }
    this.pair.now = until;
  }
}

function responseTo({ request }: Sent, status: number, sdp: string | undefined, tag: string): SipResponse {
  const isInvite = request.method === 'INVITE';
  return {
    status,
    reason: 'Whatever',
    vias: [],
    from: request.from,
    to: { ...request.to, params: { ...request.to.params, tag: request.to.params.tag ?? tag } },
    callId: request.callId,
    cseq: { number: request.cseq, method: request.method },
    contacts: isInvite ? [{ uri: 'sip:romeo@192.0.2.7:5060', params: {} }] : [],
    recordRoutes: [],
    headers: {},
    ...(sdp === undefined ? {} : { body: { ...SDP, content: sdp } }),
  };
}

function request(
  method: string,
  callId: string,
  cseq: number,
  fromTag: string,
  toTag: string | undefined,
  over: Partial<SipRequest> = {},
): SipRequest {
  return {
    method,
    requestUri: 'sip:alice@example.org',
    maxForwards: 70,
    vias: [`SIP/2.0/UDP 192.0.2.7;branch=z9hG4bK${sidOfCallId(callId)}${cseq}${method}`],
    from: { uri: 'sip:romeo@example.net', params: { tag: fromTag } },
    to: { uri: 'sip:alice@example.org', params: toTag === undefined ? {} : { tag: toTag } },
    callId,
    cseq: { number: cseq, method },
    contacts: [{ uri: 'sip:romeo@192.0.2.7:5060', params: {} }],
    recordRoutes: [],
    headers: {},
    ...over,
  };
}
