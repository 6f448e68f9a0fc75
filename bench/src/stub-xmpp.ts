/**
 * The XMPP server as the gateway sees it: a component listener that writes and scans text, so that the measurement is
 * of the gateway and not of this side. XEP-0114.
 */
import { createServer, type Socket } from 'node:net';

export interface StubXmpp {
  readonly port: number;
  /** Writes stanzas as they are. */
  write(xml: string): void;
  /** Called with each top-level stanza's text. */
  onStanza(listener: (xml: string) => void): void;
  connected(): Promise<void>;
  stop(): Promise<void>;
}

const TOP_LEVEL = /<(iq|message|presence)\b[^>]*?(?:\/>|>[\s\S]*?<\/\1>)/g;

export async function startStubXmpp(domain: string): Promise<StubXmpp> {
  let listener: (xml: string) => void = () => undefined;
  let socket: Socket | undefined;
  let markConnected: () => void = () => undefined;
  const connected = new Promise<void>((resolve) => {
    markConnected = resolve;
  });
  let batch = '';
  const answerPing = (xml: string): boolean => {
    if (!xml.includes('urn:xmpp:ping')) return false;
    const id = /\bid=["']([^"']*)["']/.exec(xml)?.[1] ?? '';
    const from = /\bfrom=["']([^"']*)["']/.exec(xml)?.[1] ?? domain;
    const to = /\bto=["']([^"']*)["']/.exec(xml)?.[1] ?? '';
    socket?.write(`<iq type='result' id='${id}' from='${to}' to='${from}'/>`);
    return true;
  };
  const server = createServer((connection) => {
    socket = connection;
    connection.setNoDelay(true);
    connection.setEncoding('utf8');
    connection.on('error', () => undefined);
    let state: 'header' | 'handshake' | 'open' = 'header';
    let buffer = '';
    connection.on('data', (chunk: string) => {
      buffer += chunk;
      if (state === 'header' && buffer.includes('<stream:stream') && buffer.trimEnd().endsWith('>')) {
        buffer = '';
        state = 'handshake';
        connection.write(
          `<?xml version='1.0'?><stream:stream xmlns:stream='http://etherx.jabber.org/streams' ` +
            `xmlns='jabber:component:accept' from='${domain}' id='bench'>`,
        );
        return;
      }
      if (state === 'handshake' && buffer.includes('</handshake>')) {
        buffer = '';
        state = 'open';
        connection.write('<handshake/>');
        markConnected();
        return;
      }
      if (state !== 'open') return;
      let end = 0;
      for (const match of buffer.matchAll(TOP_LEVEL)) {
        end = match.index + match[0].length;
        if (!answerPing(match[0])) listener(match[0]);
      }
      if (end > 0) buffer = buffer.slice(end);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    write: (xml) => {
      if (batch === '') {
        queueMicrotask(() => {
          socket?.write(batch);
          batch = '';
        });
      }
      batch += xml;
    },
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

/** Whether a stanza is an error. */
export const isError = (xml: string): boolean => /^<\w+[^>]*\stype=["']error["']/.test(xml);

/** Value of an attribute in the first tag of `xml` that has it. */
export const attribute = (xml: string, name: string): string =>
  new RegExp(`\\s${name}=["']([^"']*)["']`).exec(xml)?.[1] ?? '';
