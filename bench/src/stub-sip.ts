/**
 * The SIP proxy as the gateway sees it: a UDP socket and text. No retransmission: a lost message is a finding.
 */
import { createSocket } from 'node:dgram';

export interface StubSip {
  readonly port: number;
  /** Where the gateway listens. */
  sendTo(port: number): void;
  send(text: string): void;
  onMessage(listener: (text: string) => void): void;
  stop(): Promise<void>;
}

export async function startStubSip(): Promise<StubSip> {
  let gatewayPort = 0;
  let listener: (text: string) => void = () => undefined;
  const socket = createSocket({ type: 'udp4', recvBufferSize: 8 << 20, sendBufferSize: 8 << 20 });
  socket.on('message', (data) => listener(data.toString('latin1')));
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
  return {
    port: socket.address().port,
    sendTo: (next) => {
      gatewayPort = next;
    },
    send: (text) => socket.send(text, gatewayPort, '127.0.0.1'),
    onMessage: (next) => {
      listener = next;
    },
    stop: () => new Promise((resolve) => socket.close(() => resolve())),
  };
}

/** First value of a header, by its long name. */
export const headerOf = (text: string, name: string): string => {
  const start = text.indexOf(`\r\n${name}: `);
  if (start === -1) return '';
  return text.slice(start + name.length + 4, text.indexOf('\r\n', start + 2));
};

const COPIED = ['Via', 'From', 'Call-ID', 'CSeq'];

/** A response to `request` with the To tag given; `extra` holds further header lines and the body. */
export function responseTo(
  request: string,
  status: string,
  toTag: string,
  extra = 'Content-Length: 0\r\n\r\n',
) {
  const to = headerOf(request, 'To');
  const headers = COPIED.map((name) => `${name}: ${headerOf(request, name)}\r\n`).join('');
  return `SIP/2.0 ${status}\r\n${headers}To: ${to.includes(';tag=') ? to : `${to};tag=${toTag}`}\r\n${extra}`;
}
