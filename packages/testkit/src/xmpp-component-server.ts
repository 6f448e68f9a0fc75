/**
 * The server's side of XEP-0114 in this process: shakes hands, records, and can fail in the ways real servers do. What a
 * component sends to its own domain comes back to it, by any of its connections, as on a real server; nothing else is routed.
 */
import { createHash, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import type { XmlElement } from '@stoxgate/contracts';
import { DEFAULT_XML_LIMITS, NS, StanzaReader, serialize, textOf } from '@stoxgate/wire-xmpp';
import { XmppInbox } from './xmpp-inbox.ts';

export interface FakeXmppServerOptions {
  /** Component domain → secret. May be changed while running. */
  readonly components: Record<string, string>;
  /** 0 or absent: any free port. */
  readonly port?: number;
  /** A component may have several connections, as with ejabberd; what is for it goes to one after the other. */
  readonly areShared?: boolean;
  /** Called with what `received` gets. */
  readonly onStanza?: (stanza: XmlElement, domain: string) => void;
}

export interface ReceivedStanza {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly domain: string;
  readonly stanza: XmlElement;
}

export interface FakeXmppServer {
  readonly port: number;
  /** Stanzas of components in order, those that were looped back left out. */
  readonly received: readonly ReceivedStanza[];
  /** What was written to a connection in its last second: nobody can know whether it was read (XEP-0114). */
  readonly swallowed: readonly string[];
  /** Connections accepted so far, whatever became of them. */
  connections(): number;
  /** Domains that have shaken hands and are connected. */
  connected(): readonly string[];
  /** Stream errors that components sent. */
  readonly streamErrors: readonly string[];
  /** Takes out the first received stanza that passes `test`, now or within `timeoutMs` (2 s). */
  next(test: (stanza: XmlElement) => boolean, timeoutMs?: number): Promise<XmlElement>;
  send(domain: string, stanza: XmlElement): void;
  sendText(domain: string, text: string): void;
  /** Ends the TCP connection of `domain` (of all when absent) without a word. */
  cut(domain?: string): void;
  /** From now on reads and answers nothing on the connections that are open; what comes in is lost. */
  hang(domain?: string): void;
  stop(): Promise<void>;
}

interface Link {
  readonly socket: Socket;
  domain: string;
  isOnline: boolean;
  isHung: boolean;
  /** Written in the last second or so. */
  recent: { readonly at: number; readonly text: string }[];
}

const RECENT_MS = 1000;

const HEADER_END = " xmlns='jabber:component:accept' xmlns:stream='http://etherx.jabber.org/streams'>";
const streamError = (condition: string): string =>
  `<stream:error><${condition} xmlns='${NS.STREAM_ERROR}'/></stream:error></stream:stream>`;

class FakeServer implements FakeXmppServer {
  port = 0;
  readonly received: ReceivedStanza[] = [];
  readonly streamErrors: string[] = [];
  readonly swallowed: string[] = [];
  readonly #components: Record<string, string>;
  readonly #areShared: boolean;
  readonly #onStanza: FakeXmppServerOptions['onStanza'];
  #turn = 0;
  readonly #inbox = new XmppInbox('fake XMPP server');
  readonly #links = new Set<Link>();
  readonly #listener = createServer((socket) => this.#accept(socket));
  #connections = 0;

  constructor({ components, areShared = false, onStanza }: FakeXmppServerOptions) {
    this.#components = components;
    this.#areShared = areShared;
    this.#onStanza = onStanza;
  }

  async listen(port: number): Promise<void> {
    this.#listener.listen(port, '127.0.0.1');
    await once(this.#listener, 'listening');
    this.port = (this.#listener.address() as AddressInfo).port;
  }

  connections = (): number => this.#connections;
  connected = (): readonly string[] =>
    [...this.#links].filter((link) => link.isOnline).map((link) => link.domain);
  next = (test: (stanza: XmlElement) => boolean, timeoutMs = 10_000): Promise<XmlElement> =>
    this.#inbox.next(test, timeoutMs);
  send = (domain: string, stanza: XmlElement): void => this.sendText(domain, serialize(stanza));

  sendText(domain: string, text: string): void {
    const link = this.#next(domain);
    if (link === undefined) throw new Error(`${domain} is not connected`);
    const now = Date.now();
    if ((link.recent[0]?.at ?? now) < now - 2 * RECENT_MS) {
      link.recent = link.recent.filter(({ at }) => at >= now - RECENT_MS);
    }
    link.recent.push({ at: now, text });
    link.socket.write(text);
  }

  cut(domain?: string): void {
    for (const link of this.#of(domain)) link.socket.destroy();
  }

  hang(domain?: string): void {
    for (const link of this.#of(domain)) link.isHung = true;
  }

  async stop(): Promise<void> {
    if (!this.#listener.listening) return;
    const closed = once(this.#listener, 'close');
    this.#listener.close();
    this.cut();
    await closed;
  }

  #next(domain: string): Link | undefined {
    const links = this.#of(domain).filter((candidate) => candidate.isOnline);
    return links[this.#turn++ % Math.max(1, links.length)];
  }

  #of(domain: string | undefined): Link[] {
    return [...this.#links].filter((link) => domain === undefined || link.domain === domain);
  }

  #accept(socket: Socket): void {
    this.#connections++;
    const link: Link = { socket, domain: '', isOnline: false, isHung: false, recent: [] };
    const id = randomUUID();
    this.#links.add(link);
    const reader = new StanzaReader({ ...DEFAULT_XML_LIMITS, maxBytes: 1_000_000 });
    socket.setNoDelay(true).setEncoding('utf8');
    socket.on('error', () => socket.destroy());
    socket.on('close', () => {
      this.#links.delete(link);
      const since = Date.now() - RECENT_MS;
      this.swallowed.push(...link.recent.filter(({ at }) => at >= since).map(({ text }) => text));
    });
    socket.on('data', (chunk) => {
      if (link.isHung) return;
      for (const event of reader.push(String(chunk))) {
        if (event.kind === 'stream-open') this.#open(link, id, event.attrs.to ?? '');
        else if (event.kind === 'stanza') this.#take(link, id, event.element);
        else if (event.kind === 'stream-close') socket.end('</stream:stream>');
        else socket.end(streamError('bad-format'));
      }
    });
  }

  #open(link: Link, id: string, domain: string): void {
    link.domain = domain;
    link.socket.write(`<?xml version='1.0'?><stream:stream id='${id}' from='${domain}'${HEADER_END}`);
    if (this.#components[domain] === undefined) link.socket.end(streamError('host-unknown'));
    else if (!this.#areShared && this.connected().includes(domain)) link.socket.end(streamError('conflict'));
  }

  #take(link: Link, id: string, stanza: XmlElement): void {
    if (stanza.name === 'error' && stanza.attrs.xmlns === NS.STREAM) {
      const [condition] = stanza.children;
      this.streamErrors.push(typeof condition === 'object' ? condition.name : '');
      return;
    }
    if (link.isOnline) {
      if (stanza.attrs.to === link.domain) this.#next(link.domain)?.socket.write(serialize(stanza));
      else this.#record(link.domain, stanza);
      return;
    }
    const secret = this.#components[link.domain] ?? '';
    const expected = createHash('sha1')
      .update(id + secret)
      .digest('hex');
    if (stanza.name !== 'handshake' || textOf(stanza) !== expected) {
      link.socket.end(streamError('not-authorized'));
      return;
    }
    link.isOnline = true;
    link.socket.write('<handshake/>');
  }

  #record(domain: string, stanza: XmlElement): void {
    this.received.push({ at: Date.now(), domain, stanza });
    this.#inbox.put(stanza);
    this.#onStanza?.(stanza, domain);
  }
}

/** Starts the server on loopback. */
export async function startFakeXmppServer(options: FakeXmppServerOptions): Promise<FakeXmppServer> {
  const server = new FakeServer(options);
  await server.listen(options.port ?? 0);
  return server;
}
