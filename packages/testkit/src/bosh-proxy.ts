/**
 * An HTTP proxy in front of a connection manager, which sees what is asked and can stop time at a request: before the server
 * has it, or once it has answered. XEP-0124.
 */
import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';

export interface BoshExchange {
  readonly body: string;
  /** Undefined: not yet, or never. */
  answer?: string;
}

export interface HeldExchange {
  readonly exchange: BoshExchange;
  /** Lets it go on, where whoever asked still waits. */
  release(): void;
}

type Test = (body: string) => boolean;
type Moment = 'request' | 'answer';

interface Hold {
  readonly moment: Moment;
  readonly test: Test;
  readonly caught: (held: HeldExchange) => void;
}

export interface BoshProxy {
  readonly url: string;
  /** In the order in which they came. */
  readonly exchanges: readonly BoshExchange[];
  /** Holds the next request of which `test` is true, once; resolves when it is held. */
  hold(moment: Moment, test: Test, timeoutMs?: number): Promise<HeldExchange>;
  /** The next answer for which `test` is true waits until what is returned is called, which also ends the wait for one. */
  holdAnswer(test: Test): () => void;
  stop(): Promise<void>;
}

const readText = async (stream: http.IncomingMessage): Promise<string> => {
  let text = '';
  for await (const chunk of stream.setEncoding('utf8')) text += chunk;
  return text;
};

/** @param target URL of the connection manager; its path is kept. */
export async function startBoshProxy(target: string): Promise<BoshProxy> {
  const exchanges: BoshExchange[] = [];
  const holds: Hold[] = [];
  const agent = new http.Agent({ keepAlive: true });

  /** Resolves when the exchange may go on. */
  function pass(moment: Moment, exchange: BoshExchange): Promise<void> {
    const at = holds.findIndex((hold) => hold.moment === moment && hold.test(exchange.body));
    const [hold] = at < 0 ? [] : holds.splice(at, 1);
    if (hold === undefined) return Promise.resolve();
    return new Promise((release) => hold.caught({ exchange, release }));
  }

  async function serve(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    const exchange: BoshExchange = { body: await readText(request) };
    exchanges.push(exchange);
    await pass('request', exchange);
    if (response.destroyed) return;
    const asked = http.request(target, { method: 'POST', agent, headers: { 'content-type': 'text/xml' } });
    response.on('close', () => asked.destroy());
    asked.end(exchange.body);
    const [answer] = (await once(asked, 'response')) as [http.IncomingMessage];
    const text = await readText(answer);
    exchange.answer = text;
    await pass('answer', exchange);
    response.writeHead(answer.statusCode ?? 502, { 'content-type': 'text/xml; charset=utf-8' }).end(text);
  }

  const server = http.createServer((request, response) => {
    // Whatever goes wrong on the way cuts the connection, as a proxy that dies would.
    serve(request, response).catch(() => response.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}${new URL(target).pathname}`,
    exchanges,
    hold: (moment, test, timeoutMs = 60_000) =>
      new Promise((resolve, reject) => {
        const late = setTimeout(
          () => reject(new Error(`no ${moment} to hold in ${timeoutMs} ms`)),
          timeoutMs,
        );
        const caught = (held: HeldExchange): void => {
          clearTimeout(late);
          resolve(held);
        };
        holds.push({ moment, test, caught });
      }),
    holdAnswer: (test) => {
      let held: HeldExchange | undefined;
      const caught = (exchange: HeldExchange): void => {
        held = exchange;
      };
      const hold: Hold = { moment: 'answer', test, caught };
      holds.push(hold);
      return () => {
        if (holds.includes(hold)) holds.splice(holds.indexOf(hold), 1);
        held?.release();
      };
    },
    stop: async () => {
      agent.destroy();
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}
