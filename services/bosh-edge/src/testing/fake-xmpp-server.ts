/**
 * An XMPP server on a loopback port, for clients over TCP, TLS or WebSocket: it behaves, unless a test has it say something else.
 */
import { createHash, createHmac, pbkdf2Sync } from 'node:crypto';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { createServer as createSecureServer, TLSSocket } from 'node:tls';
import { WebSocketServer } from 'ws';

const SASL = 'urn:ietf:params:xml:ns:xmpp-sasl';
const TLS = 'urn:ietf:params:xml:ns:xmpp-tls';
const STREAM = "xmlns:stream='http://etherx.jabber.org/streams'";
const HEADER = `<?xml version='1.0'?><stream:stream xmlns='jabber:client' ${STREAM} id='s1' from='localhost' version='1.0'>`;
const FRAME_HEADER =
  "<open xmlns='urn:ietf:params:xml:ns:xmpp-framing' from='localhost' id='s1' version='1.0'/>";
const SALT = 'QSXCR+Q6sek8bf92';
const ROUNDS = 64;

export interface Identity {
  readonly cert: string;
  readonly key: string;
}

export interface FakeXmppServerOptions {
  readonly over?: 'tcp' | 'tls' | 'ws';
  readonly identity?: Identity;
  /** Whether STARTTLS is offered. */
  readonly startTls?: boolean;
  readonly mechanisms?: readonly string[];
  readonly password?: string;
  /** Where its proof is in SCRAM. */
  readonly proof?: 'success' | 'challenge' | 'wrong' | 'wrong-challenge' | 'none';
}

/** A connection as it is on the server. */
export interface Peer {
  say(text: string): void;
  cut(): void;
  /** Everything that was heard of it since TLS began, if it did. */
  heard: string;
  isSecure: boolean;
  isLoggedIn: boolean;
}

const base64 = (text: string): string => Buffer.from(text).toString('base64');
const text = (encoded: string): string => Buffer.from(encoded, 'base64').toString();

export class FakeXmppServer {
  readonly #options: FakeXmppServerOptions;
  readonly #server: Server;
  readonly #sockets = new Set<{ destroy(): void }>();
  readonly peers: Peer[] = [];
  /** What it says instead of what is right, when something is said to it; undefined: what is right. */
  instead: (said: string, peer: Peer) => string | undefined = () => undefined;

  private constructor(options: FakeXmppServerOptions, server: Server) {
    this.#options = options;
    this.#server = server;
  }

  static async open(options: FakeXmppServerOptions = {}): Promise<FakeXmppServer> {
    const { over = 'tcp', identity } = options;
    const server = over === 'tls' ? createSecureServer({ ...identity }) : createServer();
    const fake = new FakeXmppServer(options, server);
    if (over === 'ws') {
      server.close();
      return fake.#overWebSocket();
    }
    server.on(over === 'tls' ? 'secureConnection' : 'connection', (socket: Socket) => {
      fake.#serve(socket, over === 'tls');
    });
    server.on('connection', (socket: Socket) => fake.#sockets.add(socket));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return fake;
  }

  #webSockets: WebSocketServer | undefined;

  async #overWebSocket(): Promise<FakeXmppServer> {
    const server = new WebSocketServer({ port: 0, host: '127.0.0.1', handleProtocols: () => 'xmpp' });
    this.#webSockets = server;
    server.on('connection', (socket) => {
      const peer = this.#peer(
        (said) => socket.send(said),
        () => socket.terminate(),
      );
      this.#sockets.add({ destroy: () => socket.terminate() });
      socket.on('message', (data: Buffer) => {
        peer.heard += data.toString();
        this.#answer(data.toString(), peer);
      });
    });
    await once(server, 'listening');
    return this;
  }

  get port(): number {
    return ((this.#webSockets ?? this.#server).address() as AddressInfo).port;
  }

  get url(): string {
    const { over = 'tcp' } = this.#options;
    if (over === 'ws') return `ws://127.0.0.1:${this.port}/xmpp-websocket`;
    return `${over === 'tls' ? 'xmpps' : 'xmpp'}://127.0.0.1:${this.port}`;
  }

  get last(): Peer {
    const peer = this.peers.at(-1);
    if (peer === undefined) throw new Error('nobody is connected');
    return peer;
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    const server = this.#webSockets ?? this.#server;
    await new Promise((resolve) => server.close(resolve));
  }

  #peer(say: (text: string) => void, cut: () => void): Peer {
    const peer: Peer = { say, cut, heard: '', isSecure: false, isLoggedIn: false };
    this.peers.push(peer);
    return peer;
  }

  #serve(socket: Socket, isSecure: boolean, secured?: Peer): void {
    const write = (said: string): void => void socket.write(said);
    const peer = secured ?? this.#peer(write, () => socket.destroy());
    Object.assign(peer, { say: write, cut: () => socket.destroy(), heard: '', isSecure });
    socket.on('error', () => undefined);
    const take = (chunk: Buffer): void => {
      const said = chunk.toString();
      peer.heard += said;
      const isUpgrade = said.includes('<starttls') && this.instead(said, peer) === undefined;
      if (!isUpgrade) {
        this.#answer(said, peer);
        return;
      }
      socket.off('data', take);
      peer.say(`<proceed xmlns='${TLS}'/>`);
      this.#serve(new TLSSocket(socket, { isServer: true, ...this.#options.identity }), true, peer);
    };
    socket.on('data', take);
  }

  #answer(said: string, peer: Peer): void {
    const other = this.instead(said, peer);
    if (other !== undefined) {
      if (other !== '') peer.say(other);
      return;
    }
    if (/<stream:stream|<open /.test(said)) this.#greet(peer);
    else if (said.includes('<auth') || said.includes('<response')) this.#authenticate(said, peer);
    else if (said.includes('<bind')) {
      const id = / id="([^"]*)"/.exec(said)?.[1];
      const resource = /<resource>(.*)<\/resource>/.exec(said)?.[1];
      peer.say(
        `<iq xmlns='jabber:client' type='result' id='${id}'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'><jid>alice@localhost/${resource}</jid></bind></iq>`,
      );
    } else if (said.includes('</stream:stream>')) peer.say('</stream:stream>');
    else if (said.includes('<close')) peer.say("<close xmlns='urn:ietf:params:xml:ns:xmpp-framing'/>");
  }

  #greet(peer: Peer): void {
    const { over, startTls, mechanisms = ['PLAIN'] } = this.#options;
    const tls = startTls === true && !peer.isSecure ? `<starttls xmlns='${TLS}'/>` : '';
    const login = `<mechanisms xmlns='${SASL}'>${mechanisms.map((name) => `<mechanism>${name}</mechanism>`).join('')}</mechanisms>`;
    const bind =
      "<bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/><sm xmlns='urn:xmpp:sm:3'/><session xmlns='urn:ietf:params:xml:ns:xmpp-session'><optional/></session>";
    const features = `<stream:features ${STREAM}>${tls}${peer.isLoggedIn ? bind : login}</stream:features>`;
    peer.say(over === 'ws' ? FRAME_HEADER : HEADER);
    peer.say(features);
  }

  #succeed(peer: Peer, word = ''): void {
    peer.isLoggedIn = true;
    peer.say(`<success xmlns='${SASL}'>${word}</success>`);
  }

  #authenticate(said: string, peer: Peer): void {
    const { password = 'pencil', proof = 'success' } = this.#options;
    const [, word = ''] = /<(?:auth|response)[^>]*>([^<]*)</.exec(said) ?? [];
    const [, mechanism] = / mechanism="([^"]*)"/.exec(said) ?? [];
    if (mechanism === 'PLAIN') {
      if (text(word) === `\0alice\0${password}`) this.#succeed(peer);
      else peer.say(`<failure xmlns='${SASL}'><not-authorized/></failure>`);
      return;
    }
    const challenge = (content: string): void =>
      peer.say(`<challenge xmlns='${SASL}'>${base64(content)}</challenge>`);
    const hash = mechanism === 'SCRAM-SHA-256' ? 'sha256' : 'sha1';
    if (said.includes('<auth')) {
      challenge(`r=${/,r=(.*)$/.exec(text(word))?.[1]}srv,s=${SALT},i=${ROUNDS}`);
      return;
    }
    if (word === '') {
      this.#succeed(peer);
      return;
    }
    const [, first = ''] = /<auth[^>]*>([^<]*)</.exec(peer.heard) ?? [];
    const bare = text(first).slice(3);
    const nonce = `${/,r=(.*)$/.exec(bare)?.[1]}srv`;
    const exchange = `${bare},r=${nonce},s=${SALT},i=${ROUNDS},c=biws,r=${nonce}`;
    const length = hash === 'sha1' ? 20 : 32;
    const salted = pbkdf2Sync(password, Buffer.from(SALT, 'base64'), ROUNDS, length, hash);
    const hmac = (key: Buffer, over: string): Buffer => createHmac(hash, key).update(over).digest();
    const clientKey = hmac(salted, 'Client Key');
    const signature = hmac(createHash(hash).update(clientKey).digest(), exchange);
    const expected = Buffer.from(clientKey.map((byte, at) => byte ^ (signature[at] ?? 0))).toString('base64');
    if (!text(word).endsWith(`,p=${expected}`)) {
      peer.say(`<failure xmlns='${SASL}'><not-authorized/></failure>`);
      return;
    }
    const right = hmac(hmac(salted, 'Server Key'), exchange).toString('base64');
    const wrong = Buffer.alloc(length).toString('base64');
    if (proof === 'success') this.#succeed(peer, base64(`v=${right}`));
    else if (proof === 'wrong') this.#succeed(peer, base64(`v=${wrong}`));
    else if (proof === 'none') this.#succeed(peer);
    else challenge(`v=${proof === 'challenge' ? right : wrong}`);
  }
}
