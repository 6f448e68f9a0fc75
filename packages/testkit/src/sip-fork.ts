/**
 * A forking proxy over UDP for tests (RFC 3261 §16): each request outside a dialog that comes from the gateway goes to
 * several phones at once, on a branch for each. It stays in no dialog: what follows goes from Contact to Contact.
 */
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';

export interface SipForkOptions {
  /** Where it listens; an ephemeral port by default. */
  readonly port?: number;
  /** Ports of the phones on 127.0.0.1 that have an address; with none of them the answer is 404. */
  readonly targets: (requestUri: string) => readonly number[];
  /** Whether the first 2xx cancels the other branches; false: all may answer. True by default. */
  readonly cancels?: boolean;
}

export interface SipFork extends AsyncDisposable {
  readonly port: number;
  stop(): Promise<void>;
}

interface Fork {
  readonly request: string;
  /** Where the request came from. */
  readonly from: number;
  /** Branches without a final response, by the port of their phone. */
  readonly open: Set<number>;
  /** The lowest final response that is no 2xx. */
  best: string | undefined;
  isAnswered: boolean;
}

const HOST = '127.0.0.1';

const headerOf = (message: string, name: string): string =>
  new RegExp(`^${name}:\\s*(.*?)\\r?$`, 'im').exec(message)?.[1] ?? '';
const statusOf = (message: string): number => Number(/^SIP\/2\.0 (\d{3})/.exec(message)?.[1] ?? 0);
const methodOf = (request: string): string => request.split(' ', 1)[0] ?? '';
const branchOf = (via: string): string => /;\s*branch=([^;\s,]+)/i.exec(via)?.[1] ?? '';
/** The message without its first Via, which may share a line with the next. */
const withoutTopVia = (message: string): string =>
  message.replace(/\r\nVia:[^\r,]*(,?)/i, (_, comma: string) => (comma === '' ? '' : '\r\nVia:'));

class ForkingProxy {
  readonly #socket: Socket;
  readonly #options: SipForkOptions;
  readonly #forks = new Map<string, Fork>();

  constructor(socket: Socket, options: SipForkOptions) {
    this.#socket = socket;
    this.#options = options;
    socket.on('message', (bytes, { port }) => {
      const text = bytes.toString('utf8');
      if (statusOf(text) > 0) this.#response(text, port);
      else this.#request(text, port);
    });
  }

  #send(text: string, port: number): void {
    this.#socket.send(text, port, HOST);
  }

  /** `request` as it goes to one phone; `z9hG4bK-fork-PORT-BRANCH` names the branch. */
  #onward(request: string, port: number): string {
    const branch = `z9hG4bK-fork-${port}-${branchOf(headerOf(request, 'Via'))}`;
    const via = `Via: SIP/2.0/UDP ${HOST}:${this.#socket.address().port};branch=${branch}`;
    return request.replace('\r\n', `\r\n${via}\r\n`);
  }

  #request(request: string, from: number): void {
    const method = methodOf(request);
    const id = branchOf(headerOf(request, 'Via'));
    const known = this.#forks.get(id);
    if (method === 'ACK') return;
    if (method === 'CANCEL') {
      this.#send(this.#reply(request, '200 OK'), from);
      if (known !== undefined) this.#cancel(known);
      return;
    }
    if (known !== undefined) {
      // Who repeats it does so for the proxy, too.
      for (const port of known.open) this.#send(this.#onward(request, port), port);
      return;
    }
    const targets = this.#options.targets(request.split(' ')[1] ?? '');
    if (targets.length === 0) {
      this.#send(this.#reply(request, '404 Not Found'), from);
      return;
    }
    const fork = { request, from, open: new Set(targets), best: undefined, isAnswered: false };
    this.#forks.set(id, fork);
    for (const port of targets) this.#send(this.#onward(request, port), port);
  }

  #response(response: string, port: number): void {
    const [, id = ''] = /^z9hG4bK-fork-\d+-(.*)$/.exec(branchOf(headerOf(response, 'Via'))) ?? [];
    const fork = this.#forks.get(id);
    const status = statusOf(response);
    const [, method = ''] = headerOf(response, 'CSeq').split(/\s+/);
    if (fork === undefined || status === 100 || method === 'CANCEL') return;
    const onward = withoutTopVia(response);
    if (status < 200) {
      this.#send(onward, fork.from);
      return;
    }
    fork.open.delete(port);
    if (status < 300) {
      // RFC 3261 §16.7: every 2xx to an INVITE is forwarded at once.
      if (!fork.isAnswered || method === 'INVITE') this.#send(onward, fork.from);
      fork.isAnswered = true;
      if (this.#options.cancels !== false) this.#cancel(fork);
      return;
    }
    if (method === 'INVITE') this.#acknowledge(fork, response, port);
    if (fork.best === undefined || status < statusOf(fork.best)) fork.best = onward;
    if (fork.open.size === 0 && !fork.isAnswered) this.#send(fork.best, fork.from);
  }

  #cancel(fork: Fork): void {
    if (methodOf(fork.request) !== 'INVITE') return;
    for (const port of fork.open) {
      this.#send(this.#follow('CANCEL', this.#onward(fork.request, port)), port);
    }
  }

  #acknowledge(fork: Fork, response: string, port: number): void {
    const ack = this.#follow('ACK', this.#onward(fork.request, port));
    this.#send(ack.replace(/^To:.*?\r$/im, `To: ${headerOf(response, 'To')}\r`), port);
  }

  /** ACK or CANCEL for an INVITE as it was sent: the same but for the method, the other Vias and the body. */
  #follow(method: 'ACK' | 'CANCEL', invite: string): string {
    const names = /^(Via|Max-Forwards|From|To|Call-ID|Route):/i;
    const [startLine = '', ...lines] = (invite.split('\r\n\r\n')[0] ?? '').split('\r\n');
    const seen = new Set<string>();
    const kept = lines.filter((line) => {
      const [name = ''] = line.toLowerCase().split(':');
      const isFirst = name !== 'via' || !seen.has(name);
      seen.add(name);
      return names.test(line) && isFirst;
    });
    const cseq = headerOf(invite, 'CSeq').split(/\s+/)[0];
    return [
      startLine.replace(/^\S+/, method),
      ...kept,
      `CSeq: ${cseq} ${method}`,
      'Content-Length: 0',
      '',
      '',
    ].join('\r\n');
  }

  #reply(request: string, status: string): string {
    const names = /^(Via|From|To|Call-ID|CSeq):/i;
    const lines = (request.split('\r\n\r\n')[0] ?? '')
      .split('\r\n')
      .filter((line) => names.test(line))
      .map((line) => (/^To:/i.test(line) && !/;tag=/.test(line) ? `${line};tag=fork` : line));
    return [`SIP/2.0 ${status}`, ...lines, 'Content-Length: 0', '', ''].join('\r\n');
  }
}

/** Starts the proxy on 127.0.0.1. */
export async function startSipFork(options: SipForkOptions): Promise<SipFork> {
  const socket = createSocket('udp4');
  new ForkingProxy(socket, options);
  socket.bind(options.port ?? 0, HOST);
  await once(socket, 'listening');
  let isStopped = false;
  const stop = async (): Promise<void> => {
    if (isStopped) return;
    isStopped = true;
    const closed = once(socket, 'close');
    socket.close();
    await closed;
  };
  return { port: socket.address().port, stop, [Symbol.asyncDispose]: stop };
}
