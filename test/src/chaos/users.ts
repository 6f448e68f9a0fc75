/**
 * The XMPP users of a chaos run, behind a component server in this process: they take every call, call, write, and do what
 * a patient client does when an IQ has no answer: ask again, with the same id.
 */
import { randomUUID } from 'node:crypto';
import type { XmlElement } from '@stoxgate/contracts';
import { type FakeXmppServer, startFakeXmppServer } from '@stoxgate/testkit';
import { childOf, childrenOf, el, elementsOf, NS, textOf } from '@stoxgate/wire-xmpp';
import type { CallBook } from './call-book.ts';

export const COMPONENT = 'sip.xmpp.test';
const USERS = 20;
/** Calls ring so long, each for another time. */
const RING_MS = { least: 200, most: 3000 };
const ASK_AGAIN_MS = 3000;
const ASKED_MOST = 10;

export const userOf = (index: number): string => `u${index % USERS}@xmpp.test`;
const contactOf = (index: number): string => `c${Math.floor(index / USERS) % 5}@${COMPONENT}`;

const content = (name = 'audio'): XmlElement =>
  el(
    'content',
    { creator: 'initiator', name, senders: 'both' },
    el(
      'description',
      { xmlns: NS.JINGLE_RTP, media: 'audio' },
      el('payload-type', { id: '8', name: 'PCMA', clockrate: '8000' }),
    ),
    el(
      'transport',
      { xmlns: NS.JINGLE_RAW_UDP },
      el('candidate', { component: '1', generation: '0', id: 'c1', ip: '127.0.0.1', port: '7000' }),
    ),
  );

interface Asked {
  readonly stanza: XmlElement;
  readonly done: (answer: XmlElement | undefined) => void;
  timer: NodeJS.Timeout | undefined;
  times: number;
}

export class Users {
  readonly #book: CallBook;
  readonly #holdMs: number;
  readonly #asked = new Map<string, Asked>();
  #server: FakeXmppServer | undefined;
  /** Text → ids of the stanzas that brought it. */
  readonly heard = new Map<string, Set<string>>();
  /** Stanzas that brought a text, repetitions included. */
  stanzas = 0;
  /** Ids of messages whose sender got an error. */
  readonly refused = new Set<string>();
  readonly sent = new Set<string>();
  askedAgain = 0;
  #calls = 0;
  #messages = 0;
  #rung = 0;

  constructor(book: CallBook, holdMs: number) {
    this.#book = book;
    this.#holdMs = holdMs;
  }

  async start(): Promise<FakeXmppServer> {
    this.#server = await startFakeXmppServer({
      components: { [COMPONENT]: 's3cret' },
      areShared: true,
      onStanza: (stanza) => this.#take(stanza),
    });
    return this.#server;
  }

  stop(): void {
    for (const { timer } of this.#asked.values()) clearTimeout(timer);
    this.#asked.clear();
  }

  /** Texts that went into a connection which died before it can have been read for sure. */
  get swallowed(): ReadonlySet<string> {
    const texts = this.#server?.swallowed ?? [];
    return new Set(texts.flatMap((text) => /<body[^>]*>([^<]*)</.exec(text)?.[1] ?? []));
  }

  showPresence(): void {
    for (let index = 0; index < USERS; index++) {
      this.#send(el('presence', { from: `${userOf(index)}/desk`, to: `c0@${COMPONENT}` }));
    }
  }

  write(): void {
    const index = this.#messages++;
    this.writeTo(contactOf(index), index, `x${index}`);
  }

  /** A text, which is its own id, from the user of a number to a contact. */
  writeTo(contact: string, user: number, text: string): void {
    const head = { from: `${userOf(user)}/desk`, to: contact, id: text, type: 'chat' };
    if (this.#send(el('message', head, el('body', {}, text)))) this.sent.add(text);
  }

  async call(): Promise<void> {
    const index = this.#calls++;
    const sid = `chaos-${index}-${randomUUID()}`;
    const call = this.#book.begin(sid, 'xmpp');
    const [user, contact] = [`${userOf(index)}/desk`, contactOf(index)];
    const answer = await this.#jingle(user, contact, 'session-initiate', sid, [content()], {
      initiator: user,
    });
    if (answer?.attrs.type !== 'result') {
      const reason = answer === undefined ? 'no answer to session-initiate' : 'session-initiate refused';
      call.terminated ??= { by: 'gateway', reason, at: Date.now() };
    }
  }

  /** False when no gateway is connected: then the server bounces it. */
  #send(stanza: XmlElement): boolean {
    try {
      this.#server?.send(COMPONENT, stanza);
      return true;
    } catch {
      return false;
    }
  }

  #ask(stanza: XmlElement): Promise<XmlElement | undefined> {
    return new Promise((done) => {
      const asked: Asked = { stanza, done, timer: undefined, times: 0 };
      this.#asked.set(stanza.attrs.id ?? '', asked);
      this.#askAgain(asked);
    });
  }

  #askAgain(asked: Asked): void {
    if (asked.times === ASKED_MOST) {
      this.#asked.delete(asked.stanza.attrs.id ?? '');
      asked.done(undefined);
      return;
    }
    if (asked.times++ > 0) this.askedAgain++;
    this.#send(asked.stanza);
    asked.timer = setTimeout(() => this.#askAgain(asked), ASK_AGAIN_MS);
  }

  #jingle(
    from: string,
    to: string,
    action: string,
    sid: string,
    children: readonly XmlElement[],
    more: Readonly<Record<string, string>> = {},
  ): Promise<XmlElement | undefined> {
    const jingle = el('jingle', { xmlns: NS.JINGLE, action, sid, ...more }, ...children);
    return this.#ask(el('iq', { type: 'set', from, to, id: randomUUID() }, jingle));
  }

  #take(stanza: XmlElement): void {
    const { from = '', to = '', id = '', type } = stanza.attrs;
    if (stanza.name === 'message') this.#takeMessage(stanza);
    else if (stanza.name === 'presence') {
      if (type === 'probe') this.#send(el('presence', { from: `${to.split('/')[0]}/desk`, to: from }));
    } else if (type === 'result' || type === 'error') {
      const asked = this.#asked.get(id);
      this.#asked.delete(id);
      clearTimeout(asked?.timer);
      asked?.done(stanza);
    } else {
      this.#send(el('iq', { type: 'result', from: to, to: from, id }));
      const jingle = childOf(stanza, 'jingle');
      if (jingle !== undefined) void this.#takeJingle(jingle, to, from);
    }
  }

  #takeMessage(stanza: XmlElement): void {
    const { id = '', type } = stanza.attrs;
    const body = childOf(stanza, 'body');
    if (type === 'error') this.refused.add(id);
    else if (body !== undefined) {
      this.stanzas++;
      const text = textOf(body);
      this.heard.set(text, (this.heard.get(text) ?? new Set()).add(id));
    }
  }

  #ringMs(): number {
    const { least, most } = RING_MS;
    return least + ((this.#rung++ * 977) % (most - least));
  }

  async #takeJingle(jingle: XmlElement, user: string, contact: string): Promise<void> {
    const { action, sid = '' } = jingle.attrs;
    const call = this.#book.calls.get(sid);
    if (action === 'session-initiate') {
      const begun = this.#book.begin(sid, 'sip');
      await new Promise((resolve) => setTimeout(resolve, this.#ringMs()));
      const contents = childrenOf(jingle, 'content').map(({ attrs }) => content(attrs.name));
      const answer = await this.#jingle(user, contact, 'session-accept', sid, contents, {
        responder: user,
      });
      if (answer?.attrs.type === 'result') begun.acceptedAt ??= Date.now();
    } else if (action === 'session-terminate' && call !== undefined) {
      call.terminated ??= { by: 'gateway', reason: reasonIn(jingle), at: Date.now() };
    } else if (action === 'session-accept' && call !== undefined && call.acceptedAt === undefined) {
      call.acceptedAt = Date.now();
      setTimeout(() => void this.#hangUp(user, contact, sid), this.#holdMs);
    }
  }

  async #hangUp(user: string, contact: string, sid: string): Promise<void> {
    const call = this.#book.calls.get(sid);
    if (call === undefined || call.terminated !== undefined) return;
    call.terminated = { by: 'user', reason: 'success', at: Date.now() };
    await this.#jingle(user, contact, 'session-terminate', sid, [el('reason', {}, el('success'))]);
  }
}

const reasonIn = (jingle: XmlElement): string => {
  const reason = childOf(jingle, 'reason');
  return (reason && elementsOf(reason)[0]?.name) ?? '';
};
