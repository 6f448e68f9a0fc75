/**
 * A logged-in XMPP stream over a WebSocket. RFC 7395, RFC 6120 §6–§8.
 */
import type { StanzaReport } from '../browser-call.ts';
import { attributeOf, childOf, el, NS, parsed, textOf } from './xml.ts';

const FRAMING = 'urn:ietf:params:xml:ns:xmpp-framing';
const SASL = 'urn:ietf:params:xml:ns:xmpp-sasl';
const BIND = 'urn:ietf:params:xml:ns:xmpp-bind';
const DEADLINE_MS = 10_000;

export interface StreamLogin {
  readonly webSocketUrl: string;
  readonly jid: string;
  readonly password: string;
  readonly resource: string;
}

type Handler = (stanza: Element) => void;

export class XmppStream {
  readonly #socket: WebSocket;
  readonly stanzas: StanzaReport[] = [];
  #handler: Handler = () => undefined;
  readonly #answers = new Map<string, Handler>();
  #lastId = 0;
  fullJid = '';

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.onmessage = ({ data }: MessageEvent<string>) => {
      this.stanzas.push({ at: Date.now(), sent: false, xml: data });
      this.#take(parsed(data));
    };
  }

  /** Logs in with SASL PLAIN and binds `resource`. */
  static async login({ webSocketUrl, jid, password, resource }: StreamLogin): Promise<XmppStream> {
    const socket = new WebSocket(webSocketUrl, 'xmpp');
    const stream = new XmppStream(socket);
    await new Promise((resolve, reject) => {
      socket.onopen = resolve;
      socket.onerror = () => reject(new Error(`${webSocketUrl} cannot be reached`));
    });
    const [user = '', domain = ''] = jid.split('@');
    const open = el(FRAMING, 'open', { to: domain, version: '1.0' });
    await stream.#exchange(open, 'features');
    const secret = String.fromCharCode(...new TextEncoder().encode(`\0${user}\0${password}`));
    await stream.#exchange(el(SASL, 'auth', { mechanism: 'PLAIN' }, btoa(secret)), 'success');
    await stream.#exchange(open, 'features');
    const bind = el(BIND, 'bind', {}, el(BIND, 'resource', {}, resource));
    const bound = await stream.iq('set', domain, bind);
    stream.fullJid = childOf(childOf(bound, 'bind'), 'jid')?.textContent ?? '';
    return stream;
  }

  /** Sends one element and waits for the next one of `name`; anything that is neither that nor `<open/>` fails. */
  async #exchange(element: Element, name: string): Promise<Element> {
    const answer = new Promise<Element>((resolve, reject) => {
      this.onStanza((got) => {
        if (got.localName === 'open') return;
        if (got.localName === name) resolve(got);
        else reject(new Error(`${name} expected: ${textOf(got)}`));
      });
      setTimeout(() => reject(new Error(`no ${name} in time`)), DEADLINE_MS);
    });
    this.send(element);
    return answer;
  }

  #take(stanza: Element): void {
    const type = attributeOf(stanza, 'type');
    const isAnswer = stanza.localName === 'iq' && (type === 'result' || type === 'error');
    const answered = isAnswer ? this.#answers.get(attributeOf(stanza, 'id')) : undefined;
    if (answered !== undefined) answered(stanza);
    else if (!isAnswer) this.#handler(stanza);
  }

  onStanza(handler: Handler): void {
    this.#handler = handler;
  }

  send(stanza: Element): void {
    const xml = textOf(stanza);
    this.stanzas.push({ at: Date.now(), sent: true, xml });
    this.#socket.send(xml);
  }

  /** Sends an IQ and gives its result; rejects with the condition of an error, or when none comes. */
  iq(type: 'get' | 'set', to: string, payload: Element): Promise<Element> {
    const id = `q${++this.#lastId}`;
    return new Promise((resolve, reject) => {
      const settle = (answer: Element): void => {
        clearTimeout(timer);
        this.#answers.delete(id);
        if (attributeOf(answer, 'type') === 'result') resolve(answer);
        else
          reject(new Error(childOf(answer, 'error')?.firstElementChild?.localName ?? 'undefined-condition'));
      };
      const timer = setTimeout(() => {
        this.#answers.delete(id);
        reject(new Error('remote-server-timeout'));
      }, DEADLINE_MS);
      this.#answers.set(id, settle);
      this.send(el(NS.CLIENT, 'iq', { type, to, id }, payload));
    });
  }

  /** Answers a request. */
  reply(request: Element, ...payload: readonly Element[]): void {
    const [to, id] = [attributeOf(request, 'from'), attributeOf(request, 'id')];
    this.send(el(NS.CLIENT, 'iq', { type: 'result', to, id }, ...payload));
  }

  refuse(request: Element, condition: string): void {
    const [to, id] = [attributeOf(request, 'from'), attributeOf(request, 'id')];
    const error = el(NS.CLIENT, 'error', { type: 'cancel' }, el(NS.STANZAS, condition));
    this.send(el(NS.CLIENT, 'iq', { type: 'error', to, id }, error));
  }

  close(): void {
    this.#socket.send(textOf(el(FRAMING, 'close')));
    this.#socket.close();
  }
}
