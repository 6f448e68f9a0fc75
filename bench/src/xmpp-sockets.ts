/**
 * The two bare ends of a real XMPP server: a component (XEP-0114) and a client (RFC 6120), no more than text.
 */
import { createHash } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import { createBatch, createScanner } from './stanza-scanner.ts';
import type { XmppSide } from './stub-xmpp.ts';

const ANSWER_MS = 10_000;
const STREAMS = 'http://etherx.jabber.org/streams';

/** Writes `text` and resolves to what came back, once it contains `wanted`. */
function ask(socket: Socket, text: string, wanted: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let answer = '';
    const end = (): void => {
      clearTimeout(timer);
      socket.off('data', take);
    };
    const take = (chunk: string): void => {
      answer += chunk;
      if (!answer.includes(wanted)) return;
      end();
      resolve(answer);
    };
    const timer = setTimeout(() => {
      end();
      reject(new Error(`The XMPP server did not answer with ${wanted}: ${answer.slice(-500)}`));
    }, ANSWER_MS);
    socket.on('data', take);
    socket.write(text);
  });
}

async function open(port: number): Promise<Socket> {
  const socket = connect({ host: '127.0.0.1', port, noDelay: true });
  socket.setEncoding('utf8');
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve);
    socket.once('error', reject);
  });
  return socket.on('error', () => undefined);
}

function sideOf(socket: Socket): XmppSide {
  let listener: (xml: string) => void = () => undefined;
  socket.on(
    'data',
    createScanner((xml) => listener(xml)),
  );
  return {
    write: createBatch((text) => void socket.write(text)),
    onStanza: (next) => {
      listener = next;
    },
    stop: async () => {
      socket.destroy();
    },
  };
}

export async function connectComponent(port: number, domain: string, secret: string): Promise<XmppSide> {
  const socket = await open(port);
  const header = await ask(
    socket,
    `<stream:stream xmlns='jabber:component:accept' xmlns:stream='${STREAMS}' to='${domain}'>`,
    '>',
  );
  const id = /\sid=["']([^"']*)["']/.exec(header)?.[1] ?? '';
  const digest = createHash('sha1').update(`${id}${secret}`).digest('hex');
  await ask(socket, `<handshake>${digest}</handshake>`, '<handshake');
  return sideOf(socket);
}

export interface Login {
  readonly host: string;
  readonly user: string;
  readonly password: string;
  readonly resource: string;
}

/** Logs in with SASL PLAIN and shows itself available. */
export async function connectClient(port: number, login: Login): Promise<XmppSide> {
  const socket = await open(port);
  const header = `<?xml version='1.0'?><stream:stream to='${login.host}' version='1.0' xmlns='jabber:client' xmlns:stream='${STREAMS}'>`;
  const plain = Buffer.from(`\0${login.user}\0${login.password}`).toString('base64');
  await ask(socket, header, '</stream:features>');
  const auth = `<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>${plain}</auth>`;
  await ask(socket, auth, '<success');
  await ask(socket, header, '</stream:features>');
  const bind = `<bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'><resource>${login.resource}</resource></bind>`;
  await ask(socket, `<iq type='set' id='bind'>${bind}</iq>`, '<jid>');
  await ask(
    socket,
    `<presence/><iq type='get' id='ready' to='${login.host}'><ping xmlns='urn:xmpp:ping'/></iq>`,
    'ready',
  );
  return sideOf(socket);
}
