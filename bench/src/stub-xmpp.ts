/**
 * The XMPP server as the gateway sees it: a component listener that writes and scans text, so that the measurement is
 * of the gateway and not of this side. XEP-0114.
 */
import { createServer, type Socket } from 'node:net';
import { attribute, createBatch, createScanner } from './stanza-scanner.ts';

/** One end of the XMPP side, whatever stands behind it. */
export interface XmppSide {
  /** Writes stanzas as they are. */
  write(xml: string): void;
  /** Called with each top-level stanza's text. */
  onStanza(listener: (xml: string) => void): void;
  stop(): Promise<void>;
}

export interface StubXmpp extends XmppSide {
  readonly port: number;
  connected(): Promise<void>;
}

export async function startStubXmpp(domain: string): Promise<StubXmpp> {
  let listener: (xml: string) => void = () => undefined;
  let socket: Socket | undefined;
  let markConnected: () => void = () => undefined;
  const connected = new Promise<void>((resolve) => {
    markConnected = resolve;
  });
  const write = createBatch((text) => void socket?.write(text));
  const server = createServer((connection) => {
    socket = connection;
    connection.setNoDelay(true);
    connection.setEncoding('utf8');
    connection.on('error', () => undefined);
    const scan = createScanner((xml) => {
      if (!xml.includes('urn:xmpp:ping')) listener(xml);
      else {
        const [id, from, to] = ['id', 'from', 'to'].map((name) => attribute(xml, name));
        connection.write(`<iq type='result' id='${id}' from='${to}' to='${from}'/>`);
      }
    });
    let state: 'header' | 'handshake' | 'open' = 'header';
    let head = '';
    connection.on('data', (chunk: string) => {
      if (state === 'open') {
        scan(chunk);
        return;
      }
      head += chunk;
      if (state === 'header' && head.includes('<stream:stream') && head.trimEnd().endsWith('>')) {
        head = '';
        state = 'handshake';
        connection.write(
          `<?xml version='1.0'?><stream:stream xmlns:stream='http://etherx.jabber.org/streams' ` +
            `xmlns='jabber:component:accept' from='${domain}' id='bench'>`,
        );
      } else if (state === 'handshake' && head.includes('</handshake>')) {
        state = 'open';
        connection.write('<handshake/>');
        markConnected();
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    write,
    onStanza: (next) => {
      listener = next;
    },
    connected: () => connected,
    stop: () =>
      new Promise((resolve) => {
        socket?.destroy();
        server.close(() => resolve());
      }),
  };
}
