/**
 * A scripted XMPP client that speaks Jingle: audio by raw-udp, every IQ-set acknowledged. Calls by message, too.
 * XEP-0166, XEP-0167, XEP-0177, XEP-0353.
 */
import { randomUUID } from 'node:crypto';
import type { XmlElement } from '@stoxgate/contracts';
import { childOf, childrenOf, type DiscoInfo, el, NS } from '@stoxgate/wire-xmpp';
import type { XmppUser } from './xmpp-user.ts';

const JINGLE = 'urn:xmpp:jingle:1';
const RTP = 'urn:xmpp:jingle:apps:rtp:1';
const RAW_UDP = 'urn:xmpp:jingle:transports:raw-udp:1';

/** What a client says of itself that takes calls by message. */
export const TAKES_CALLS_BY_MESSAGE: DiscoInfo = {
  identities: [{ category: 'client', type: 'phone' }],
  features: [NS.CAPS, NS.DISCO_INFO, JINGLE, RTP, NS.JINGLE_RTP_AUDIO, RAW_UDP, NS.JINGLE_MESSAGE],
};

export interface JingleUser {
  readonly user: XmppUser;
  /** Sends session-initiate, with one audio content unless `children` are given, and waits for its result; gives the sid. */
  initiate(to: string, ...children: readonly XmlElement[]): Promise<string>;
  /** Waits for a Jingle IQ-set with `action` (and `sid`) and acknowledges it. */
  nextJingle(action: string, sid?: string, timeoutMs?: number): Promise<XmlElement>;
  /** Waits for a message about a call: `propose`, `retract` … */
  nextCallMessage(verb: string, sid?: string, timeoutMs?: number): Promise<XmlElement>;
  /** Says something of a call: `ringing`, `proceed` … */
  sayOfCall(to: string, verb: string, sid: string, ...children: readonly XmlElement[]): Promise<void>;
  sendRinging(initiate: XmlElement): Promise<void>;
  /** Accepts all contents of a session-initiate, each with the first payload offered. */
  accept(initiate: XmlElement): Promise<void>;
  terminate(to: string, sid: string, reason: string): Promise<void>;
  /** Sends any action and waits for its result; rejects when it is an error. */
  request(to: string, action: string, sid: string, ...children: readonly XmlElement[]): Promise<void>;
}

export interface ContentOptions {
  readonly name?: string;
  readonly media?: string;
  readonly port: number;
  readonly payloads: readonly XmlElement[];
}

/** The `<jingle/>` of an IQ; an empty element when it has none. */
export const jingleOf = (iq: XmlElement): XmlElement => childOf(iq, 'jingle') ?? el('jingle');

/** Name of the reason in a session-terminate. */
export const reasonOf = (iq: XmlElement): string | undefined => {
  const reason = childOf(jingleOf(iq), 'reason');
  return reason?.children.flatMap((child) => (typeof child === 'string' ? [] : [child.name]))[0];
};

/** The contents of a Jingle IQ. */
export const contentsOf = (iq: XmlElement): readonly XmlElement[] => childrenOf(jingleOf(iq), 'content');

/** The candidates in each content of a Jingle IQ. */
export const candidatesOf = (iq: XmlElement): readonly (readonly XmlElement[])[] =>
  contentsOf(iq).map((content) => childrenOf(childOf(content, 'transport') ?? el('none'), 'candidate'));

/** A content that the initiator made, by raw-udp. */
export const contentOf = ({ name = 'audio', media = 'audio', port, payloads }: ContentOptions): XmlElement =>
  el(
    'content',
    { creator: 'initiator', name, senders: 'both' },
    el('description', { xmlns: RTP, media }, ...payloads),
    el(
      'transport',
      { xmlns: RAW_UDP },
      el('candidate', { component: 1, generation: 0, id: 'c1', ip: '127.0.0.1', port }),
    ),
  );

const OFFERED = [
  el('payload-type', { id: 8, name: 'PCMA', clockrate: 8000 }),
  el('payload-type', { id: 0, name: 'PCMU', clockrate: 8000 }),
];

/** The first payload of an offered content. */
function firstPayload(content: XmlElement): XmlElement[] {
  const description = childOf(content, 'description');
  const payload = description && childOf(description, 'payload-type');
  return payload === undefined ? [] : [payload];
}

export function jingleUser(user: XmppUser, mediaPort = 45_000): JingleUser {
  const send = async (
    to: string,
    attrs: { readonly action: string; readonly sid: string } & Record<string, string>,
    children: readonly XmlElement[],
  ): Promise<void> => {
    const jingle = el('jingle', { xmlns: JINGLE, ...attrs }, ...children);
    const answer = await user.iq(el('iq', { type: 'set', to, id: randomUUID() }, jingle));
    if (answer.attrs.type !== 'result') {
      throw new Error(`${attrs.action} was refused: ${JSON.stringify(answer)}`);
    }
  };
  const request: JingleUser['request'] = (to, action, sid, ...children) =>
    send(to, { action, sid }, children);
  const answer = (initiate: XmlElement): { to: string; sid: string } => ({
    to: initiate.attrs.from ?? '',
    sid: jingleOf(initiate).attrs.sid ?? '',
  });
  return {
    user,
    request,
    initiate: async (to, ...children) => {
      const sid = randomUUID();
      const contents = children.length > 0 ? children : [contentOf({ port: mediaPort, payloads: OFFERED })];
      await send(to, { action: 'session-initiate', sid, initiator: user.fullJid }, contents);
      return sid;
    },
    nextJingle: async (action, sid, timeoutMs = 10_000) => {
      const iq = await user.next((stanza) => {
        const jingle = childOf(stanza, 'jingle');
        return jingle?.attrs.action === action && (sid === undefined || jingle.attrs.sid === sid);
      }, timeoutMs);
      await user.send(el('iq', { type: 'result', to: iq.attrs.from, id: iq.attrs.id }));
      return iq;
    },
    nextCallMessage: (verb, sid, timeoutMs = 10_000) =>
      user.next((stanza) => {
        const call = stanza.name === 'message' ? childOf(stanza, verb, NS.JINGLE_MESSAGE) : undefined;
        return call !== undefined && (sid === undefined || call.attrs.id === sid);
      }, timeoutMs),
    sayOfCall: (to, verb, sid, ...children) =>
      user.send(
        el(
          'message',
          { type: 'chat', to, id: randomUUID() },
          el(verb, { xmlns: NS.JINGLE_MESSAGE, id: sid }, ...children),
        ),
      ),
    sendRinging: (initiate) => {
      const { to, sid } = answer(initiate);
      return request(to, 'session-info', sid, el('ringing', { xmlns: 'urn:xmpp:jingle:apps:rtp:info:1' }));
    },
    accept: (initiate) => {
      const { to, sid } = answer(initiate);
      const contents = contentsOf(initiate).map((content, index) => {
        const { name = '' } = content.attrs;
        const media = childOf(content, 'description')?.attrs.media ?? 'audio';
        return contentOf({ name, media, port: mediaPort + 2 * index, payloads: firstPayload(content) });
      });
      return send(to, { action: 'session-accept', sid, responder: user.fullJid }, contents);
    },
    terminate: (to, sid, reason) => request(to, 'session-terminate', sid, el('reason', {}, el(reason))),
  };
}
