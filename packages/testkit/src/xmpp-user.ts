/**
 * An XMPP client for tests against a real server: plain data in and out, nothing answered on its own but pings and,
 * when asked for, subscription requests and service discovery. RFC 6120, RFC 6121, XEP-0115.
 */
import { randomUUID } from 'node:crypto';
import type { XmlElement } from '@stoxgate/contracts';
import {
  capsElement,
  capsVer,
  type DiscoInfo,
  discoInfoOf,
  discoInfoQuery,
  el,
  NS,
} from '@stoxgate/wire-xmpp';
import { client, type LtxElement, type XmppClient, xml } from '@xmpp/client';
import { XmppInbox } from './xmpp-inbox.ts';

export interface XmppUserOptions {
  /** Bare JID. */
  readonly jid: string;
  readonly password: string;
  readonly host: string;
  /** Client port without TLS. */
  readonly port: number;
  readonly resource?: string;
  /** What the client says of itself: by a hash in its presence, and to who asks. */
  readonly disco?: DiscoInfo;
  /** Sent once logged in; none when false, else an empty one by default. */
  readonly presence?: XmlElement | false;
  /** Answers every `subscribe` with `subscribed`; on by default. */
  readonly autoAcceptSubscriptions?: boolean;
  readonly timeoutMs?: number;
}

export interface XmppLogEntry {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly sent: boolean;
  readonly stanza: XmlElement;
}

export interface XmppUser {
  readonly fullJid: string;
  /** Every stanza, in order. */
  readonly log: readonly XmppLogEntry[];
  send(stanza: XmlElement): Promise<void>;
  /** Sends an IQ-get or -set (an id is given to it when it has none) and waits for its result or error. */
  iq(stanza: XmlElement, timeoutMs?: number): Promise<XmlElement>;
  /**
   * Takes out the first received stanza that passes `test`, now or within `timeoutMs` (5 s). The error of a wait in
   * vain shows what else came.
   */
  next(test: (stanza: XmlElement) => boolean, timeoutMs?: number): Promise<XmlElement>;
  /** Logs out. Idempotent. */
  close(): Promise<void>;
}

const DEADLINE_MS = 5000;

const toLtx = ({ name, attrs, children }: XmlElement): LtxElement =>
  xml(name, attrs, ...children.map((child) => (typeof child === 'string' ? child : toLtx(child))));

function fromLtx(element: LtxElement, inherited: string): XmlElement {
  const xmlns = element.getNS() ?? inherited;
  const attrs: Record<string, string> = {};
  for (const [key, value] of Object.entries(element.attrs)) {
    if (key !== 'xmlns' && (!key.includes(':') || key.startsWith('xml:'))) attrs[key] = value;
  }
  if (xmlns !== inherited) attrs.xmlns = xmlns;
  const children = element.children.map((child) =>
    typeof child === 'string' ? child : fromLtx(child, xmlns),
  );
  return { name: element.getName(), attrs, children };
}

async function withDeadline<Result>(work: Promise<Result>, timeoutMs: number, what: string): Promise<Result> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what} took more than ${timeoutMs} ms`)), timeoutMs);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

function connectionOf({ jid, password, host, port, resource }: XmppUserOptions): XmppClient {
  const [username = '', domain = ''] = jid.split('@');
  const connection = client({
    service: `xmpp://${host}:${port}`,
    domain,
    ...(resource === undefined ? {} : { resource }),
    credentials: (authenticate, mechanisms) =>
      authenticate({ username, password }, mechanisms.includes('PLAIN') ? 'PLAIN' : (mechanisms[0] ?? '')),
  });
  connection.reconnect.stop();
  // The library decodes each chunk on its own: a character that two of them share would be lost.
  connection.on('connect', () => connection.socket?.setEncoding('utf8'));
  // It also answers every IQ that no handler of its own takes; here the test answers.
  connection.middleware.use((context, next) =>
    context.name === 'iq' && (context.type === 'get' || context.type === 'set')
      ? new Promise<never>(() => {})
      : next(),
  );
  return connection;
}

/** Logs in with a password over unencrypted TCP. Rejects when that takes longer than `timeoutMs` (5 s) or fails. */
export async function connectXmppUser(options: XmppUserOptions): Promise<XmppUser> {
  const { timeoutMs = DEADLINE_MS, disco, autoAcceptSubscriptions = true } = options;
  const caps = disco && capsElement('urn:example:client', capsVer(disco));
  const { presence = el('presence', {}, caps) } = options;
  const connection = connectionOf(options);
  const log: XmppLogEntry[] = [];
  const inbox = new XmppInbox(options.jid);
  const failures: unknown[] = [];
  connection.on('error', (cause: unknown) => failures.push(cause));

  const send = (stanza: XmlElement): Promise<void> => {
    log.push({ at: Date.now(), sent: true, stanza });
    return withDeadline(connection.send(toLtx(stanza)), timeoutMs, 'sending');
  };
  const next: XmppUser['next'] = (test, waitMs = DEADLINE_MS) => inbox.next(test, waitMs);
  const take = (stanza: XmlElement): void => {
    log.push({ at: Date.now(), sent: false, stanza });
    const { type, from } = stanza.attrs;
    if (autoAcceptSubscriptions && stanza.name === 'presence' && type === 'subscribe' && from !== undefined) {
      send(el('presence', { type: 'subscribed', to: from })).catch((cause: unknown) => failures.push(cause));
    }
    const query = disco && type === 'get' ? discoInfoOf(stanza) : undefined;
    if (disco === undefined || query === undefined) {
      inbox.put(stanza);
      return;
    }
    const result = el(
      'iq',
      { type: 'result', to: from, id: stanza.attrs.id },
      discoInfoQuery(disco, query.attrs.node),
    );
    send(result).catch((cause: unknown) => failures.push(cause));
  };
  const close = async (): Promise<void> => {
    if (connection.socket === null) return;
    await withDeadline(connection.stop(), timeoutMs, 'logging out').catch(() => connection.socket?.destroy());
  };

  try {
    await withDeadline(connection.start(), timeoutMs, 'logging in');
  } catch (cause) {
    connection.socket?.destroy();
    throw new Error(
      `${options.jid} cannot log in at ${options.host}:${options.port}: ${String(failures[0] ?? cause)}`,
      {
        cause,
      },
    );
  }
  connection.on('stanza', (element: LtxElement) => take(fromLtx(element, NS.CLIENT)));
  if (presence !== false) await send(presence);
  return {
    fullJid: connection.jid?.toString() ?? options.jid,
    log,
    send,
    iq: async (stanza, waitMs = 2 * DEADLINE_MS) => {
      const { id = randomUUID() } = stanza.attrs;
      const answer = next(
        ({ name, attrs }) =>
          name === 'iq' && attrs.id === id && (attrs.type === 'result' || attrs.type === 'error'),
        waitMs,
      );
      const [answered] = await Promise.all([answer, send({ ...stanza, attrs: { ...stanza.attrs, id } })]);
      return answered;
    },
    next,
    close,
  };
}
