/**
 * The client as the test drives it.
 */
import type { BrowserCalls, BrowserLogin, CallReport, StanzaReport } from '../browser-call.ts';
import { DeadlineQueue } from '../deadline-queue.ts';
import type { Call } from './call.ts';
import { infoOf, presenceOf } from './features.ts';
import { takeJingle } from './incoming-jingle.ts';
import { takeMessage } from './incoming-message.ts';
import { accept, end, initiate, type Line, sendJingle, sendMessage, terminate } from './line.ts';
import type { MediaSession } from './media-session.ts';
import { Sound } from './sound.ts';
import { attributeOf, bareOf, childOf, el, NS } from './xml.ts';
import { XmppStream } from './xmpp-stream.ts';

export class Caller implements BrowserCalls {
  #line: Line | undefined;
  readonly #reports = new DeadlineQueue<CallReport>();
  /** All that was reported, for the error of a wait in vain. */
  readonly #told: string[] = [];
  /** Stanzas are dealt with one after the other. */
  #turn = Promise.resolve();

  async login({ habits, toneHz, ...account }: BrowserLogin): Promise<string> {
    // A page that may use the microphone gathers candidates on every interface.
    const granted = await navigator.mediaDevices.getUserMedia({ audio: true });
    for (const track of granted.getTracks()) track.stop();
    const stream = await XmppStream.login(account);
    const report: Line['report'] = (kind, { sid, peer }, detail) => {
      this.#told.push(`${kind} ${detail ?? ''}`);
      this.#reports.put({ kind, sid, peer, ...(detail === undefined ? {} : { detail }) });
    };
    const line: Line = {
      stream,
      habits,
      toneHz,
      sound: await Sound.start(),
      calls: new Map(),
      online: new Map(),
      report,
    };
    this.#line = line;
    stream.onStanza((stanza) => {
      this.#turn = this.#turn
        .then(() => take(line, stanza))
        .catch((cause: unknown) => console.error(String(cause)));
    });
    stream.send(await presenceOf(habits));
    return stream.fullJid;
  }

  #online(): Line {
    if (this.#line === undefined) throw new Error('not logged in');
    return this.#line;
  }

  #call(sid: string): Call {
    const call = this.#online().calls.get(sid);
    if (call === undefined) throw new Error(`no call ${sid}`);
    return call;
  }

  #media(sid: string): MediaSession {
    const { media } = this.#call(sid);
    if (media === undefined) throw new Error(`call ${sid} has no media yet`);
    return media;
  }

  async call(to: string): Promise<string> {
    const line = this.#online();
    const sid = crypto.randomUUID();
    const isProposed = line.habits.jmi;
    const peer = isProposed ? to : (line.online.get(to) ?? to);
    const call: Call = { sid, peer, role: 'initiator', isProposed, phase: 'proposed' };
    line.calls.set(sid, call);
    if (isProposed) sendMessage(line, call, 'propose', bareOf(to));
    else await initiate(line, call);
    return sid;
  }

  next(kind: CallReport['kind'], sid: string | undefined, timeoutMs: number): Promise<CallReport> {
    const missing = (reason: string): string => `no ${kind} ${reason}; reported: ${this.#told.join(', ')}`;
    return this.#reports.take(
      (report) => report.kind === kind && (sid === undefined || report.sid === sid),
      timeoutMs,
      missing,
    );
  }

  async sees(bareJid: string): Promise<void> {
    const { online } = this.#online();
    for (let tenths = 0; !online.has(bareJid); tenths++) {
      if (tenths === 100) throw new Error(`${bareJid} is not online`);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }

  async answer(sid: string): Promise<void> {
    const line = this.#online();
    const call = this.#call(sid);
    if (call.phase === 'offered' && call.initiate !== undefined) {
      await accept(line, call, call.initiate);
      return;
    }
    if (call.phase !== 'proposed') throw new Error(`call ${sid} is ${call.phase}`);
    call.phase = 'proceeding';
    if (line.habits.sendsAccept) sendMessage(line, call, 'accept', bareOf(line.stream.fullJid));
    sendMessage(line, call, 'proceed', call.peer);
  }

  async reject(sid: string): Promise<void> {
    const line = this.#online();
    const call = this.#call(sid);
    if (call.phase === 'offered') {
      await terminate(line, call, 'decline');
      return;
    }
    sendMessage(line, call, 'reject', call.peer, 'busy');
    end(line, call, 'busy');
  }

  async hangUp(sid: string): Promise<void> {
    const line = this.#online();
    const call = this.#call(sid);
    const { phase } = call;
    if (phase === 'initiated' || phase === 'active') {
      await terminate(line, call, phase === 'active' ? 'success' : 'cancel');
      return;
    }
    if (phase === 'proposed' || phase === 'proceeding')
      sendMessage(line, call, 'retract', call.peer, 'cancel');
    end(line, call, 'cancel');
  }

  hold(sid: string): Promise<void> {
    return this.#holds(sid, true);
  }

  resume(sid: string): Promise<void> {
    return this.#holds(sid, false);
  }

  async #holds(sid: string, isHolding: boolean): Promise<void> {
    const line = this.#online();
    const call = this.#call(sid);
    const { holds, resumesAs } = line.habits;
    this.#media(sid).speak(!isHolding);
    if (holds === 'session-info') {
      const info = el(NS.RTP_INFO, isHolding ? 'hold' : resumesAs);
      await sendJingle(line, call, { action: 'session-info' }, info);
    }
    if (holds === 'content-modify') {
      const name = this.#media(sid).contentName();
      const senders = isHolding ? call.role : 'both';
      const content = el(NS.JINGLE, 'content', { creator: 'initiator', name, senders });
      await sendJingle(line, call, { action: 'content-modify' }, content);
    }
  }

  async dial(sid: string, keys: string): Promise<void> {
    this.#media(sid).dial(keys);
  }

  async hear(sid: string): ReturnType<BrowserCalls['hear']> {
    return this.#media(sid).hear();
  }

  async stanzas(): Promise<readonly StanzaReport[]> {
    return this.#online().stream.stanzas;
  }

  async logout(): Promise<void> {
    this.#online().stream.close();
  }
}

const PING = 'urn:xmpp:ping';

function takePresence({ stream, online }: Line, presence: Element): void {
  const [type, from] = [attributeOf(presence, 'type'), attributeOf(presence, 'from')];
  if (type === '') online.set(bareOf(from), from);
  if (type === 'unavailable' && online.get(bareOf(from)) === from) online.delete(bareOf(from));
  if (type === 'subscribe') stream.send(el(NS.CLIENT, 'presence', { type: 'subscribed', to: from }));
}

async function take(line: Line, stanza: Element): Promise<void> {
  const { stream, habits } = line;
  if (stanza.localName === 'message') await takeMessage(line, stanza);
  if (stanza.localName === 'presence') takePresence(line, stanza);
  if (stanza.localName !== 'iq') return;
  const [jingle, query, ping] = [
    childOf(stanza, 'jingle'),
    childOf(stanza, 'query'),
    childOf(stanza, 'ping'),
  ];
  if (jingle !== undefined) await takeJingle(line, stanza, jingle);
  else if (query?.namespaceURI === NS.DISCO_INFO) stream.reply(stanza, infoOf(habits, query));
  else if (ping?.namespaceURI === PING) stream.reply(stanza);
  else if (attributeOf(stanza, 'type') === 'set' && attributeOf(stanza, 'from') === bareOf(stream.fullJid))
    // A roster push.
    stream.reply(stanza);
  else stream.refuse(stanza, 'service-unavailable');
}
