/**
 * What the gateway says of itself and of its contacts in service discovery, and the hash that stands for it in presence.
 * XEP-0030, XEP-0115; only what is built.
 */
import type { XmlElement } from '@stoxgate/contracts';
import { capsElement } from './caps.ts';
import type { DiscoInfo } from './disco.ts';
import { NS } from './namespaces.ts';

/** What depends on the configuration; `abilitiesOf` of the runtime gives it. */
export interface PhoneAbilities {
  readonly isJmiSpoken: boolean;
  readonly wantsAllCandidates: boolean;
  readonly isRelayed: boolean;
  readonly hasTransfers: boolean;
  readonly hasDataChannels: boolean;
  readonly hasReceipts: boolean;
}

export interface GatewayAbilities {
  readonly hasExternalServices: boolean;
}

/** Names this software in entity capabilities. */
export const CAPS_NODE = 'https://stoxgate.example/caps';

const NAME = 'Stoxgate';

const SERVICE_FEATURES = [
  NS.DISCO_INFO,
  NS.DISCO_ITEMS,
  NS.CAPS,
  NS.PING,
  NS.VERSION,
  NS.LAST,
  NS.TIME,
  NS.VCARD,
];

const CALL_FEATURES = [
  NS.JINGLE,
  NS.JINGLE_RTP,
  NS.JINGLE_RTP_AUDIO,
  NS.JINGLE_RTP_VIDEO,
  NS.JINGLE_RTP_INFO,
  NS.JINGLE_RTP_FEEDBACK,
  NS.JINGLE_RTP_HEADER_EXTENSIONS,
  NS.JINGLE_RTP_SSMA,
  NS.JINGLE_DTMF,
  NS.JINGLE_ICE_UDP,
  NS.JINGLE_DTLS,
  NS.GROUPING,
  NS.SOURCES,
  NS.RTCP_MUX,
];

const END_TO_END_FEATURES = [NS.JINGLE_RTP_ZRTP, NS.JINGLE_RAW_UDP];

/**
 * A SIP user, by the bare address and by that of its device: some clients ask one, some the other. Clients take raw UDP
 * for as good as ICE where both are named, so it is named only where media may need it: end to end. Keys that only
 * the two ends share (ZRTP) end at a relay.
 */
export const phoneInfo = ({
  isJmiSpoken,
  wantsAllCandidates,
  isRelayed,
  hasTransfers,
  hasDataChannels,
  hasReceipts,
}: PhoneAbilities): DiscoInfo => ({
  identities: [{ category: 'client', type: 'phone', name: NAME }],
  features: [
    ...SERVICE_FEATURES,
    ...CALL_FEATURES,
    ...(hasTransfers ? [NS.JINGLE_TRANSFER] : []),
    ...(isRelayed ? [] : END_TO_END_FEATURES),
    ...(hasDataChannels ? [NS.JINGLE_DTLS_SCTP] : []),
    ...(wantsAllCandidates ? [NS.OFFER_ANSWER] : []),
    ...(isJmiSpoken ? [NS.JINGLE_MESSAGE] : []),
    NS.CHAT_STATES,
    ...(hasReceipts ? [NS.RECEIPTS, NS.CHAT_MARKERS] : []),
  ],
});

/** The component itself; `isPstn`: it can be given telephone numbers to call. */
export const gatewayInfo = ({ hasExternalServices }: GatewayAbilities, isPstn: boolean): DiscoInfo => ({
  identities: [
    { category: 'gateway', type: 'sip', name: NAME },
    ...(isPstn ? [{ category: 'gateway', type: 'pstn', name: NAME }] : []),
  ],
  features: [...SERVICE_FEATURES, NS.GATEWAY, ...(hasExternalServices ? [NS.EXTERNAL_SERVICES] : [])],
});

/** The `<c/>` of our presence. */
export const ownCaps = (ver: string): XmlElement => capsElement(CAPS_NODE, ver);
