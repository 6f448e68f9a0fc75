/**
 * Namespaces of Jingle media: those we write, and the older spellings we read as well.
 */
import { NS } from '@stoxgate/wire-xmpp';
import type { ContentDialect, TransportKind } from './media-state.ts';

const DESCRIPTIONS = new Set([NS.JINGLE_RTP, 'urn:xmpp:jingle:app:rtp:1', 'urn:xmpp:jingle:apps:rtp:0']);

const TRANSPORTS: ReadonlyMap<string, TransportKind> = new Map([
  [NS.JINGLE_RAW_UDP, 'raw-udp'],
  ['urn:xmpp:jingle:transport:raw-udp', 'raw-udp'],
  ['urn:xmpp:jingle:transports:raw-udp:0', 'raw-udp'],
  ['urn:xmpp:jingle:transports:raw-udp', 'raw-udp'],
  [NS.JINGLE_ICE_UDP, 'ice-udp'],
  ['urn:xmpp:jingle:transports:ice-udp:0', 'ice-udp'],
  ['urn:xmpp:jingle:transports:ice:0', 'ice-udp'],
]);

/** Whether a `<description/>` in `xmlns` is one of RTP media. */
export const isRtpDescription = (xmlns: string | undefined): boolean =>
  xmlns !== undefined && DESCRIPTIONS.has(xmlns);

/** Transport method of a `<transport/>` in `xmlns`; undefined when it has no SDP form. */
export const transportKindOf = (xmlns: string | undefined): TransportKind | undefined =>
  xmlns === undefined ? undefined : TRANSPORTS.get(xmlns);

/** Whether a `<fingerprint/>` in `xmlns` is one of DTLS-SRTP. */
export const isFingerprint = (xmlns: string | undefined): boolean =>
  xmlns === NS.JINGLE_DTLS || xmlns === 'urn:xmpp:tmp:jingle:apps:dtls:0';

/** The spellings we use towards a peer that has not spoken yet. */
export const ownDialect = (transport: TransportKind): ContentDialect => ({
  description: NS.JINGLE_RTP,
  transport: transport === 'ice-udp' ? NS.JINGLE_ICE_UDP : NS.JINGLE_RAW_UDP,
  fingerprint: NS.JINGLE_DTLS,
  mediaOnContent: false,
});
