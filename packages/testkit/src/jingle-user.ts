/**
 * A scripted XMPP client that speaks Jingle: audio by raw-udp, every IQ-set acknowledged.
 * XEP-0166, XEP-0167, XEP-0177.
 */
import { randomUUID } from 'node:crypto';
import type { XmlElement } from '@stoxgate/contracts';
import { childOf, el } from '@stoxgate/wire-xmpp';
import type { XmppUser } from './xmpp-user.ts';

const JINGLE = 'urn:xmpp:jingle:1';
const RTP = 'urn:xmpp:jingle:apps:rtp:1';
const RAW_UDP = 'urn:xmpp:jingle:transports:raw-udp:1';

export interface JingleUser {
  readonly user: XmppUser;
  /** Sends session-initiate and waits for its result; gives the sid. */
  initiate(to: string): Promise<string>;
  /** Waits for a Jingle IQ-set with `action` (and `sid`) and acknowledges it. */
  nextJingle(action: string, sid?: string, timeoutMs?: number): Promise<XmlElement>;
  sendRinging(initiate: XmlElement): Promise<void>;
  /** Accepts a session-initiate with the first payload offered. */
  accept(initiate: XmlElement): Promise<void>;
  terminate(to: string, sid: string, reason: string): Promise<void>;
}

/** The `<jingle/>` of an IQ; an empty element when it has none. */
export const jingleOf = (iq: XmlElement): XmlElement => childOf(iq, 'jingle') ?? el('jingle');

/** Name of the reason in a session-terminate. */
export const reasonOf = (iq: XmlElement): string | undefined => {
  const reason = childOf(jingleOf(iq), 'reason');
  return reason?.children.flatMap((child) => (typeof child === 'string' ? [] : [child.name]))[0];
};

const audioContent = (payloads: readonly XmlElement[], port: number): XmlElement =>
  el(
    'content',
    { creator: 'initiator', name: 'audio', senders: 'both' },
    el('description', { xmlns: RTP, media: 'audio' }, ...payloads),
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

/** The first payload of the first content offered. */
function firstPayload(initiate: XmlElement): XmlElement[] {
  const content = childOf(jingleOf(initiate), 'content');
  const description = content && childOf(content, 'description');
  const payload = description && childOf(description, 'payload-type');
  return payload === undefined ? [] : [payload];
}

export function jingleUser(user: XmppUser, mediaPort = 45_000): JingleUser {
  const request = async (to: string, jingle: XmlElement): Promise<void> => {
    const answer = await user.iq(el('iq', { type: 'set', to, id: randomUUID() }, jingle));
    if (answer.attrs.type !== 'result') {
      throw new Error(`${jingle.attrs.action} was refused: ${JSON.stringify(answer)}`);
    }
  };
  return {
    user,
    initiate: async (to) => {
      const sid = randomUUID();
      await request(
        to,
        el(
          'jingle',
          { xmlns: JINGLE, action: 'session-initiate', sid, initiator: user.fullJid },
          audioContent(OFFERED, mediaPort),
        ),
      );
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
    sendRinging: (initiate) =>
      request(
        initiate.attrs.from ?? '',
        el(
          'jingle',
          { xmlns: JINGLE, action: 'session-info', sid: jingleOf(initiate).attrs.sid },
          el('ringing', { xmlns: 'urn:xmpp:jingle:apps:rtp:info:1' }),
        ),
      ),
    accept: (initiate) =>
      request(
        initiate.attrs.from ?? '',
        el(
          'jingle',
          {
            xmlns: JINGLE,
            action: 'session-accept',
            sid: jingleOf(initiate).attrs.sid,
            responder: user.fullJid,
          },
          audioContent(firstPayload(initiate), mediaPort),
        ),
      ),
    terminate: (to, sid, reason) =>
      request(
        to,
        el('jingle', { xmlns: JINGLE, action: 'session-terminate', sid }, el('reason', {}, el(reason))),
      ),
  };
}
