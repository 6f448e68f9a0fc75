/**
 * A relay on a loopback port that says what a test wants it to say.
 */
import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { once } from 'node:events';

export interface AskedRelay {
  readonly cookie: string;
  readonly request: Readonly<Record<string, unknown>>;
  /** Sends a reply with the cookie of the request; text as it stands. */
  reply(body: object | string): void;
  /** Sends the reply from another port. */
  replyFromElsewhere(body: object): void;
}

type Script = (asked: AskedRelay) => void;

/** Answers like rtpengine: pings, deletes, and offers with an SDP of its own. */
export const willing: Script = ({ request, reply }) => {
  if (request.command === 'ping') reply({ result: 'pong' });
  else if ('sdp' in request) reply({ result: 'ok', sdp: 'v=0\r\na=mid:0\r\n' });
  else reply({ result: 'ok' });
};

export const onlyPings: Script = ({ request, reply }) => {
  if (request.command === 'ping') reply({ result: 'pong' });
};

export class FakeRelay {
  readonly #socket: Socket;
  readonly #elsewhere: Socket;
  /** Everything but pings, repetitions included. */
  readonly asked: AskedRelay[] = [];
  pings = 0;
  script: Script = willing;

  private constructor(socket: Socket, elsewhere: Socket) {
    this.#socket = socket;
    this.#elsewhere = elsewhere;
    socket.on('message', (datagram, from) => this.#received(datagram.toString(), from));
  }

  static async open(port = 0): Promise<FakeRelay> {
    const sockets = [createSocket('udp4'), createSocket('udp4')] as const;
    sockets[0].bind(port, '127.0.0.1');
    sockets[1].bind(0, '127.0.0.1');
    await Promise.all(sockets.map((socket) => once(socket, 'listening')));
    return new FakeRelay(...sockets);
  }

  get port(): number {
    return this.#socket.address().port;
  }

  get name(): string {
    return `udp:127.0.0.1:${this.port}`;
  }

  /** Commands that it was asked, without repetitions. */
  get commands(): readonly string[] {
    const cookies = new Map(this.asked.map(({ cookie, request }) => [cookie, String(request.command)]));
    return [...cookies.values()];
  }

  close(): void {
    this.#socket.close();
    this.#elsewhere.close();
  }

  #received(text: string, from: RemoteInfo): void {
    const blank = text.indexOf(' ');
    const cookie = text.slice(0, blank);
    const by = (socket: Socket) => (body: object | string) => {
      const datagram = `${cookie} ${typeof body === 'string' ? body : JSON.stringify(body)}`;
      socket.send(datagram, from.port, from.address);
    };
    const request = JSON.parse(text.slice(blank + 1)) as Record<string, unknown>;
    const asked: AskedRelay = {
      cookie,
      request,
      reply: by(this.#socket),
      replyFromElsewhere: by(this.#elsewhere),
    };
    if (request.command === 'ping') this.pings++;
    else this.asked.push(asked);
    this.script(asked);
  }
}
