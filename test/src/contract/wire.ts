/** A TCP way to a server that a test can cut or stall. */
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

export interface Wire {
  /** Where to connect instead of the server. */
  readonly url: string;
  /** Ends every connection and refuses new ones, for good. */
  cut(): void;
  /** Lets nothing through any more, without ending a connection: a server that hangs. */
  stall(): void;
}

export async function wireTo(url: string): Promise<Wire> {
  const target = new URL(url);
  const sockets = new Set<Socket>();
  let stalled = false;
  const join = (from: Socket, to: Socket): void => {
    sockets.add(from);
    from.on('error', () => {});
    from.on('close', () => to.destroy());
    from.on('data', (bytes) => {
      if (!stalled) to.write(bytes);
    });
  };
  const proxy = createServer((near) => {
    const far = connect({ host: target.hostname, port: Number(target.port) });
    join(near, far);
    join(far, near);
  });
  await once(proxy.listen(0, '127.0.0.1'), 'listening');
  const address = proxy.address();
  if (address === null || typeof address === 'string') throw new Error('the proxy does not listen');
  return {
    url: `${target.protocol}//127.0.0.1:${address.port}`,
    cut: () => {
      proxy.close();
      for (const socket of sockets) socket.destroy();
    },
    stall: () => {
      stalled = true;
    },
  };
}
