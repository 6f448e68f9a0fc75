/**
 * A SIP user who chats: a scripted phone with an MSRP endpoint for each chat. RFC 4975 §8. It answers by itself what the
 * script says beforehand: OPTIONS, INVITEs to chats, BYE, CANCEL.
 */
import { DeadlineQueue } from './deadline-queue.ts';
import { MsrpPeer } from './msrp-peer.ts';
import { PhoneChat, pathIn } from './phone-chat.ts';
import { SipPhone, type SipPhoneOptions } from './sip-phone.ts';
import type { SendOptions } from './sip-phone-dialog.ts';
import type { PhoneRequest } from './sip-phone-request.ts';
import { chatSdp } from './sip-phone-sdp.ts';

/** How an INVITE to a chat is answered. */
export interface ChatAnswer extends Pick<SendOptions, 'headers'> {
  /** 200 by default; without a chat when it is no 2xx. */
  readonly status?: number;
  /** Rings, and answers so much later. */
  readonly delayMs?: number;
  /** Says 180 first. */
  readonly rings?: boolean;
  /** Who connects where the offer leaves it open (RFC 6135): we by default. `none`: nothing is said, the offerer does. */
  readonly setup?: 'active' | 'passive' | 'none';
  readonly acceptTypes?: string;
  readonly maxSize?: number;
}

export interface ChatPhoneOptions extends Omit<SipPhoneOptions, 'onRequest'> {
  /** Its address: `sip:bob@sip.test`. */
  readonly aor: string;
  /** By default with 200. */
  readonly answer?: (invite: PhoneRequest) => ChatAnswer;
  /** Code for OPTIONS outside a dialog, 200 by default; `none`: no answer. */
  readonly options?: number | 'none';
  /** Whether its answer to OPTIONS has a chat in it; true by default. */
  readonly takesChats?: boolean;
  /** Called with each MESSAGE, which it is to answer; the script does when absent. */
  readonly onMessage?: (request: PhoneRequest) => void;
}

export interface ChatOfferOptions extends Pick<SendOptions, 'headers'> {
  /** Who connects; nothing is said of it by default: we do (RFC 4975 §5.4). */
  readonly setup?: 'active' | 'passive' | 'actpass';
  readonly acceptTypes?: string;
  readonly maxSize?: number;
  readonly callId?: string;
  /** Lines of further media, from their `m=` on. */
  readonly media?: readonly string[];
  readonly timeoutMs?: number;
}

/** What is told of media to who asks with OPTIONS (RFC 3264 §9). */
const capabilities = (takesChats: boolean): string =>
  [
    'v=0',
    'o=phone 1 1 IN IP4 127.0.0.1',
    's=-',
    'c=IN IP4 127.0.0.1',
    't=0 0',
    'm=audio 0 RTP/AVP 0 8',
    ...(takesChats ? ['m=message 0 TCP/MSRP *', 'a=accept-types:text/plain message/cpim'] : []),
    '',
  ].join('\r\n');

const setupIn = (sdp: string | undefined): string | undefined => /^a=setup:(\w+)\r?$/m.exec(sdp ?? '')?.[1];

const TIMEOUT_MS = 10_000;

export class ChatPhone implements AsyncDisposable {
  readonly sip: SipPhone;
  /** May be changed in the middle of a test. */
  answer: (invite: PhoneRequest) => ChatAnswer;
  options: number | 'none';
  takesChats: boolean;
  /** Requests outside dialogs that came, with the code that they were answered with. */
  readonly heard: string[] = [];
  /** Chats that were answered with 200, connected or not. */
  readonly answered: PhoneChat[] = [];
  readonly #aor: string;
  readonly #onMessage: ChatPhoneOptions['onMessage'];
  readonly #msrp = new Set<MsrpPeer>();
  readonly #chats = new Map<string, PhoneChat>();
  readonly #ringing = new Map<string, PhoneRequest>();
  readonly #came = new DeadlineQueue<PhoneChat>();
  readonly #rung = new DeadlineQueue<true>();
  readonly #failures: unknown[] = [];

  constructor(options: ChatPhoneOptions) {
    this.#aor = options.aor;
    this.#onMessage = options.onMessage;
    this.answer = options.answer ?? (() => ({}));
    this.options = options.options ?? 200;
    this.takesChats = options.takesChats ?? true;
    const user = options.user ?? /^sips?:([^@]+)@/.exec(options.aor)?.[1] ?? 'phone';
    this.sip = new SipPhone({ ...options, user, onRequest: (request) => this.#take(request) });
  }

  start(): Promise<void> {
    return this.sip.start();
  }

  /** Offers a chat; resolves once it is there. Rejects when it is refused, with the code in its message. */
  async invite(to: string, options: ChatOfferOptions = {}): Promise<PhoneChat> {
    const { headers, callId, media = [], setup, timeoutMs = TIMEOUT_MS } = options;
    const msrp = await this.#open();
    const sdp = [chatSdp(msrp.path, options), ...media.map((line) => `${line}\r\n`)].join('');
    const call = this.sip.invite({
      to,
      from: this.#aor,
      sdp,
      ...(headers && { headers }),
      ...(callId !== undefined && { callId }),
    });
    const chat = new PhoneChat(call.invite.request, msrp, () => call.dialog());
    const response = await call.waitFor('2xx', timeoutMs);
    this.#chats.set(chat.callId, chat);
    call.ack();
    const answer = response.body?.content;
    await bind(msrp, answer, setup !== 'passive' && setupIn(answer) !== 'active');
    return chat;
  }

  /** Resolves when it has said 180 to an INVITE. */
  async ringing(timeoutMs = TIMEOUT_MS): Promise<void> {
    await this.#rung.take(
      () => true,
      timeoutMs,
      (reason) => `no INVITE to ring for ${reason}`,
    );
  }

  /** The next chat that somebody began, connected. */
  next(timeoutMs = TIMEOUT_MS): Promise<PhoneChat> {
    return this.#came.take(
      () => true,
      timeoutMs,
      (reason) => `no chat ${reason}; heard ${this.heard.join(', ')}; failed ${this.#failures.join(', ')}`,
    );
  }

  async stop(): Promise<void> {
    await this.sip.stop();
    for (const msrp of this.#msrp) await msrp.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  async #open(): Promise<MsrpPeer> {
    const msrp = await MsrpPeer.open();
    this.#msrp.add(msrp);
    return msrp;
  }

  #take(request: PhoneRequest): boolean {
    const { method, callId, to, body } = request.request;
    const chat = this.#chats.get(callId);
    if (method === 'BYE' && chat !== undefined) chat.end(request);
    else if (method === 'CANCEL') this.#cancel(request);
    else if (method === 'MESSAGE' && this.#onMessage !== undefined) this.#onMessage(request);
    else if (to.params.tag !== undefined) return method === 'ACK' && chat !== undefined;
    else if (method === 'OPTIONS') this.#tell(request);
    else if (method === 'INVITE' && pathIn(body?.content) !== undefined) this.#invited(request);
    else return false;
    return true;
  }

  #tell(request: PhoneRequest): void {
    this.heard.push(`OPTIONS ${this.options}`);
    if (this.options === 'none') return;
    const sdp = this.options === 200 ? { sdp: capabilities(this.takesChats) } : {};
    request.respond(this.options, sdp);
  }

  #cancel(request: PhoneRequest): void {
    const { callId } = request.request;
    const invite = this.#ringing.get(callId);
    this.heard.push(`CANCEL ${invite === undefined ? 481 : 200}`);
    request.respond(invite === undefined ? 481 : 200);
    invite?.respond(487);
    this.#ringing.delete(callId);
  }

  #invited(request: PhoneRequest): void {
    const answer = this.answer(request);
    const { callId } = request.request;
    this.#ringing.set(callId, request);
    if (answer.rings === true || answer.delayMs !== undefined) {
      request.respond(180);
      this.#rung.put(true);
    }
    const timer = setTimeout(() => {
      if (this.#ringing.delete(callId)) {
        this.#accept(request, answer).catch((cause: unknown) => this.#failures.push(cause));
      }
    }, answer.delayMs ?? 0);
    timer.unref();
  }

  async #accept(request: PhoneRequest, answer: ChatAnswer): Promise<void> {
    const { status = 200, headers } = answer;
    const { request: invite } = request;
    this.heard.push(`INVITE ${status}`);
    if (status >= 300) {
      request.respond(status, headers && { headers });
      return;
    }
    const msrp = await this.#open();
    const setup = setupFor(setupIn(invite.body?.content), answer.setup);
    const { acceptTypes, maxSize } = answer;
    const sdp = chatSdp(msrp.path, {
      ...(setup && { setup }),
      ...(acceptTypes !== undefined && { acceptTypes }),
      ...(maxSize !== undefined && { maxSize }),
    });
    const chat = new PhoneChat(invite, msrp, () => {
      if (request.dialog === undefined) throw new Error(`the chat ${invite.callId} has no dialog`);
      return request.dialog;
    });
    this.#chats.set(invite.callId, chat);
    this.answered.push(chat);
    request.respond(status, { sdp, ...(headers && { headers }) });
    await bind(msrp, invite.body?.content, setup === 'active');
    this.#came.put(chat);
  }
}

/** Our role in an answer (RFC 6135 §4.2); undefined: nothing is said of it, and the offerer connects. */
function setupFor(
  offered: string | undefined,
  wanted: ChatAnswer['setup'] = 'active',
): 'active' | 'passive' | undefined {
  if (offered === undefined || wanted === 'none') return undefined;
  if (offered === 'actpass') return wanted;
  return offered === 'active' ? 'passive' : 'active';
}

/** Connects to the path in the description of the other side, or waits until that connects. */
async function bind(msrp: MsrpPeer, sdp: string | undefined, isActive: boolean): Promise<void> {
  const path = pathIn(sdp);
  if (path === undefined) throw new Error(`no chat in ${sdp}`);
  if (isActive) {
    const code = await msrp.connect(path);
    if (code !== 200) throw new Error(`the chat is answered ${code}`);
    return;
  }
  msrp.expect(path);
  await msrp.next('SEND', TIMEOUT_MS);
}

/** Starts a chatting user on 127.0.0.1; `target` is the gateway. */
export async function startChatPhone(options: ChatPhoneOptions): Promise<ChatPhone> {
  const phone = new ChatPhone(options);
  await phone.start();
  return phone;
}
