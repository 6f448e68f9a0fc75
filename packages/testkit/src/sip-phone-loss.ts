/**
 * A link that loses datagrams: which ones depends on the seed alone.
 */
import type { PhoneFlow, PhoneTransport, ReceiveBytes } from './sip-phone-transport.ts';

export type OpenTransport = (
  receive: ReceiveBytes,
  onError: (error: Error) => void,
  port: number,
) => Promise<PhoneTransport>;

/** Numbers from 0 to below 1 (mulberry32). */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Opens with `open` a socket that loses `percent` of each direction. */
export function withLoss(open: OpenTransport, percent: number, seed = 1): OpenTransport {
  const [incoming, outgoing] = [randomOf(seed), randomOf(seed + 1)];
  const arrives = (random: () => number): boolean => random() * 100 >= percent;
  return async (receive, onError, port) => {
    const transport = await open(
      (bytes, flow) => {
        if (!arrives(incoming)) return;
        const send: PhoneFlow['send'] = (answer) => {
          if (arrives(outgoing)) flow.send(answer);
        };
        receive(bytes, { source: flow.source, send });
      },
      onError,
      port,
    );
    return {
      port: transport.port,
      close: transport.close,
      send: (bytes, to) => {
        if (arrives(outgoing)) transport.send(bytes, to);
      },
    };
  };
}
