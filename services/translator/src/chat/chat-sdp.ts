/**
 * The session description of a chat: one m-line, `m=message`. RFC 4975 §8, RFC 6135 §4, RFC 3264.
 */
import { parseJid } from '@stoxgate/addressing';
import { deriveHex } from '@stoxgate/contracts';
import {
  acceptsType,
  connectionTo,
  formatSdp,
  inheritMedia,
  type MsrpMedia,
  msrpMedia,
  parseSdp,
  readMsrpMedia,
  type Setup,
  sessionDescription,
} from '@stoxgate/wire-sdp';
import { originUserName } from '../media/local-sdp.ts';
import { CPIM } from '../message/cpim.ts';
import { IMDN } from '../message/imdn.ts';
import { IS_COMPOSING } from '../message/is-composing.ts';
import type { TranslatorPolicy } from '../policy.ts';
import type { MsrpEnd, MsrpPeerEnd } from './chat-session.ts';

const PLAIN = 'text/plain';

/** What may come by itself, and what wrapped in message/cpim. */
export const ACCEPT_TYPES = [CPIM, PLAIN, 'text/html', IS_COMPOSING] as const;
const ACCEPT_WRAPPED_TYPES = [PLAIN, 'text/html', IS_COMPOSING, IMDN];

const HOST_OF_PATH = /^msrps?:\/\/(?:\[([^\]]+)\]|([^:/;]+))/i;

/** The address in our path; RFC 4975 §8.1 asks for the same in `c=`. */
const addressOfPath = (path: string): string | undefined => {
  const [, v6, host] = HOST_OF_PATH.exec(path) ?? [];
  return v6 ?? host;
};

export interface OwnChat {
  readonly msrp: MsrpEnd;
  /** Absent in an answer to an offer without it. */
  readonly setup?: Setup;
  /** JID of the XMPP end. */
  readonly user: string;
}

/** Our description, as offer or answer: the same for the life of the session, so its version is 1. */
export function chatSdp(policy: TranslatorPolicy, { msrp, setup, user }: OwnChat): string {
  const { path = '', port = 0, fingerprint, isSecure, session } = msrp;
  const own = connectionTo(policy.sdpOrigin) ?? { family: 'IP4', address: '127.0.0.1' };
  const connection = connectionTo(addressOfPath(path) ?? '') ?? own;
  const media = msrpMedia({
    port,
    isSecure,
    path: [path],
    acceptTypes: ACCEPT_TYPES,
    acceptWrappedTypes: ACCEPT_WRAPPED_TYPES,
    maxSize: policy.msrpMaxBytes,
    ...(setup === undefined ? {} : { setup }),
    fingerprints: fingerprint === undefined ? [] : [fingerprint],
  });
  const sessionId = BigInt(`0x${deriveHex(`sdp ${session}`, 7)}`).toString();
  const userName = originUserName(parseJid(user)?.local ?? '-');
  return formatSdp(
    sessionDescription({ origin: { userName, sessionId, version: '1', ...own }, connection, media: [media] }),
  );
}

/** The chat that a description offers or answers with; undefined when there is none that could be had. */
export function chatIn(sdp: string): MsrpMedia | undefined {
  const read = parseSdp(sdp);
  if (!read.ok) return undefined;
  const { description } = read;
  for (const media of description.media) {
    const chat = readMsrpMedia(inheritMedia(description, media));
    if (chat !== undefined && chat.port > 0) return chat;
  }
  return undefined;
}

export const peerOf = ({ path, acceptTypes, acceptWrappedTypes, maxSize }: MsrpMedia): MsrpPeerEnd => ({
  path,
  acceptTypes,
  acceptWrappedTypes,
  ...(maxSize === undefined ? {} : { maxSize }),
});

/** How a text can go to this end: as it is, wrapped in message/cpim, or not at all. */
export function wayOf(
  { acceptTypes, acceptWrappedTypes }: MsrpPeerEnd,
  type: string,
): 'plain' | 'wrapped' | undefined {
  if (acceptsType(acceptTypes, type)) return 'plain';
  const isWrappable = acceptWrappedTypes.length === 0 ? false : acceptsType(acceptWrappedTypes, type);
  return acceptsType(acceptTypes, CPIM) && isWrappable ? 'wrapped' : undefined;
}

/** Whether texts can go to this end at all. */
export const takesText = (peer: MsrpPeerEnd): boolean => wayOf(peer, PLAIN) !== undefined;
