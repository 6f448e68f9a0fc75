import { createSocket } from 'node:dgram';
import { createServer } from 'node:net';

const listens = (port: number): Promise<number | undefined> =>
  new Promise((resolve) => {
    const tcp = createServer();
    tcp.once('error', () => resolve(undefined));
    tcp.listen(port, '127.0.0.1', () => {
      const address = tcp.address();
      const bound = typeof address === 'object' && address !== null ? address.port : 0;
      const udp = createSocket('udp4');
      udp.once('error', () => {
        udp.close();
        tcp.close(() => resolve(undefined));
      });
      udp.bind(bound, '127.0.0.1', () => {
        udp.close();
        tcp.close(() => resolve(bound));
      });
    });
  });

/** A loopback port that is free for both UDP and TCP right now. */
export async function freePort(): Promise<number> {
  for (let attempt = 0; attempt < 20; attempt++) {
    const port = await listens(0);
    if (port !== undefined) return port;
  }
  throw new Error('No loopback port is free for both UDP and TCP.');
}
