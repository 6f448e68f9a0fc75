/**
 * What the devices of a user can do: their presence names it by a hash, and disco#info is asked once for each hash that
 * is new. XEP-0115.
 */
import { bareJidOf } from '@stoxgate/addressing';
import { type Command, commandId, deriveHex, type XmlElement } from '@stoxgate/contracts';
import { childOf, discoInfoOf, el, NS, readDiscoInfo, verifiesCaps } from '@stoxgate/wire-xmpp';
import { preparedJid } from '../call/jingle.ts';
import { FIXED_RESOURCE } from '../fixed-resource.ts';
import type { Input } from '../step.ts';
import type { Resource, UserSession } from './user-session.ts';

/** Names of the features that bear on a call; others are not kept. */
const FEATURES: ReadonlyMap<string, string> = new Map([
  [NS.JINGLE, 'jingle'],
  [NS.JINGLE_RTP, 'rtp'],
  [NS.JINGLE_RTP_AUDIO, 'audio'],
  [NS.JINGLE_RTP_VIDEO, 'video'],
  [NS.JINGLE_ICE_UDP, 'ice-udp'],
  [NS.JINGLE_RAW_UDP, 'raw-udp'],
  [NS.JINGLE_DTLS, 'dtls'],
  [NS.JINGLE_MESSAGE, 'jmi'],
  ['urn:xmpp:jingle-message:1', 'jmi'],
  [NS.OFFER_ANSWER, 'rfc3264'],
]);
/** How long a call waits for the answer. */
const ANSWER_MS = 1_500;
/** More kinds of clients than a person has; the oldest is forgotten first. */
const MAX_KNOWN = 32;
const MAX_VER = 128;
const MAX_NODE = 512;

/** A question to a resource, until it answers or leaves: it is not asked twice. */
export interface AskedCaps {
  readonly id: string;
  readonly fullJid: string;
  readonly ver: string;
  /** Until when a call waits for the answer, ms since the epoch; 0: none is to come. */
  readonly until: number;
}

/** What a hash stands for. `of`: it does not fit the answer, which counts for this resource only (XEP-0115 §5.4). */
export interface KnownCaps {
  readonly ver: string;
  readonly of?: string;
  readonly features: readonly string[];
}

/** Node and hash in a presence, or undefined. */
export function capsIn(presence: XmlElement): { readonly node: string; readonly ver: string } | undefined {
  const { node = '', ver = '' } = childOf(presence, 'c', NS.CAPS)?.attrs ?? {};
  return ver === '' || ver.length > MAX_VER || node.length > MAX_NODE ? undefined : { node, ver };
}

/** What a resource can do, as far as it bears on calls; undefined: that is not known. */
export const featuresOf = (
  { known = [] }: UserSession,
  { fullJid, ver }: Resource,
): readonly string[] | undefined =>
  known.find((one) => one.ver === ver && (one.of === undefined || one.of === fullJid))?.features;

const withAsked = (session: UserSession, asked: readonly AskedCaps[]): UserSession => ({
  ...session,
  asked: asked.length === 0 ? undefined : asked,
});

/** The session without questions to resources that are gone. */
export function withoutUnheard(session: UserSession): UserSession {
  const { asked = [], resources } = session;
  const left = asked.filter(({ fullJid }) => resources.some((resource) => resource.fullJid === fullJid));
  return left.length === asked.length ? session : withAsked(session, left);
}

/** Asks what the hash in a presence stands for, where nobody knows and nobody is being asked. */
export function askCaps(
  session: UserSession,
  fullJid: string,
  presence: XmlElement,
  input: Input,
  domain: string,
): { readonly session: UserSession; readonly commands: readonly Command[] } {
  const unchanged = { session, commands: [] };
  const caps = capsIn(presence);
  const resource = session.resources.find((one) => one.fullJid === fullJid);
  const contact = bareJidOf(presence.attrs.to ?? '');
  if (caps === undefined || resource === undefined || contact === undefined) return unchanged;
  const { node, ver } = caps;
  const { asked = [] } = session;
  const isAsked = asked.some((one) => one.ver === ver && (one.fullJid === fullJid || one.until > input.now));
  if (isAsked || featuresOf(session, resource) !== undefined) return unchanged;
  const id = commandId(input.key, Number.parseInt(deriveHex(`${input.eventId} caps`, 6), 16));
  const query = el('query', { xmlns: NS.DISCO_INFO, node: `${node}#${ver}` });
  const from = `${contact}/${FIXED_RESOURCE}`;
  const stanza = el('iq', { type: 'get', from, to: fullJid, id }, query);
  const others = asked.filter((one) => one.fullJid !== fullJid);
  return {
    session: withAsked(session, [
      ...others.slice(1 - MAX_KNOWN),
      { id, fullJid, ver, until: input.now + ANSWER_MS },
    ]),
    commands: [{ type: 'xmpp.stanza.send', domain, stanza }],
  };
}

/** The session once an IQ was answered; the same object when it was none of these, or another answers it. */
export function learnt(session: UserSession, stanza: XmlElement): UserSession {
  const { asked = [], known = [] } = session;
  const { id, from = '', type } = stanza.attrs;
  const question = asked.find((one) => one.id === id && one.fullJid === preparedJid(from));
  if (question === undefined) return session;
  const others = asked.filter((one) => one !== question);
  const query = type === 'result' ? discoInfoOf(stanza) : undefined;
  if (query === undefined) return withAsked(session, [...others, { ...question, until: 0 }]);
  const info = readDiscoInfo(query);
  const { ver, fullJid } = question;
  const features = [...new Set(info.features.flatMap((feature) => FEATURES.get(feature) ?? []))];
  const entry: KnownCaps = { ver, ...(verifiesCaps(info, ver) ? {} : { of: fullJid }), features };
  return { ...withAsked(session, others), known: [...known.slice(1 - MAX_KNOWN), entry] };
}

/** Until when the answer of some resource may come, ms since the epoch; 0: none is to come. */
export function capsDueAt({ asked = [], resources }: UserSession, now: number): number {
  let dueAt = 0;
  for (const { ver, fullJid, until } of asked) {
    const isToCome = until > now && resources.some((one) => one.fullJid === fullJid && one.ver === ver);
    if (isToCome) dueAt = Math.max(dueAt, until);
  }
  return dueAt;
}
