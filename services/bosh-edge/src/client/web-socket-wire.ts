/**
 * Wires over WebSocket: RFC 7395. Node 20 has no WebSocket of its own, and the library brings none.
 */
import { WebSocket } from 'ws';
import { isCertificateFault } from '../http/tls-fault.ts';
import type { Place, Wire, WireListener } from './wire.ts';

const HANDSHAKE_MS = 30_000;

export function dialWebSocket({ url, ca, maxBytes }: Place, listener: WireListener): Wire {
  const socket = new WebSocket(url, ['xmpp'], {
    maxPayload: maxBytes,
    handshakeTimeout: HANDSHAKE_MS,
    perMessageDeflate: false,
    followRedirects: false,
    ...(ca !== undefined && { ca }),
  });
  let fault: Error | undefined;
  socket.on('open', () => listener.connected());
  socket.on('message', (data, isBinary) => {
    if (isBinary || !Buffer.isBuffer(data)) socket.terminate();
    else listener.text(data.toString('utf8'));
  });
  socket.on('error', (cause) => {
    fault = cause;
  });
  socket.on('close', () => {
    listener.closed(fault !== undefined && isCertificateFault(fault) ? 'tls' : 'transport');
  });
  return {
    get unsent() {
      return socket.bufferedAmount;
    },
    write: (text, done) => socket.send(text, (cause) => done(cause ?? undefined)),
    end: () => socket.close(),
    destroy: () => socket.terminate(),
  };
}
