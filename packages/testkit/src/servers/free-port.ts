import { createSocket } from 'node:dgram';
import { createServer } from 'node:net';

/**
 * Ports from which systems take no source port for outgoing connections (Linux begins at 32768): none of those can take
 * a port between our look at it and the server's start.
 */
const [FIRST, COUNT] = [10_000, 22_000];

const isFree = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const tcp = createServer();
    tcp.once('error', () => resolve(false));
    tcp.listen(port, '127.0.0.1', () => {
      const udp = createSocket('udp4');
      udp.once('error', () => tcp.close(() => resolve(false)));
      udp.bind(port, '127.0.0.1', () => {
        udp.close();
        tcp.close(() => resolve(true));
      });
    });
  });

const given = new Set<number>();

/** A loopback port that is free for both UDP and TCP right now; never the same one twice in a process. */
export async function freePort(): Promise<number> {
  for (let attempt = 0; attempt < 50; attempt++) {
    const port = FIRST + Math.floor(Math.random() * COUNT);
    if (given.has(port)) continue;
    given.add(port);
    if (await isFree(port)) return port;
  }
  throw new Error('No loopback port is free for both UDP and TCP.');
}
