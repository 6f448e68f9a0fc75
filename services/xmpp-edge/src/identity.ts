/**
 * What the gateway says of itself and of its contacts in service discovery. XEP-0030, XEP-0115; only what is built.
 */
import { capsVer, type DiscoInfo, NS } from '@stoxgate/wire-xmpp';

const SERVICE_FEATURES = [NS.DISCO_INFO, NS.DISCO_ITEMS, NS.PING, NS.VERSION, NS.VCARD];

const CALL_FEATURES = [
  NS.JINGLE,
  NS.JINGLE_RTP,
  NS.JINGLE_RTP_AUDIO,
  NS.JINGLE_RTP_VIDEO,
  NS.JINGLE_RTP_INFO,
  NS.JINGLE_RTP_FEEDBACK,
  NS.JINGLE_RTP_HEADER_EXTENSIONS,
  NS.JINGLE_RTP_SSMA,
  NS.JINGLE_RTP_ZRTP,
  NS.JINGLE_DTMF,
  NS.JINGLE_TRANSFER,
  NS.JINGLE_RAW_UDP,
  NS.JINGLE_ICE_UDP,
  NS.JINGLE_DTLS,
  NS.OFFER_ANSWER,
  NS.GROUPING,
  NS.SOURCES,
];

/** The component itself. */
export const COMPONENT_INFO: DiscoInfo = {
  identities: [{ category: 'gateway', type: 'sip', name: 'Stoxgate' }],
  features: SERVICE_FEATURES,
};

/** The bare address of a SIP user: an account, of which the gateway is the server. */
export const ACCOUNT_INFO: DiscoInfo = {
  identities: [{ category: 'account', type: 'registered' }],
  features: SERVICE_FEATURES,
};

/** A SIP user's device. */
export const PHONE_INFO: DiscoInfo = {
  identities: [{ category: 'client', type: 'phone', name: 'Stoxgate' }],
  features: [...SERVICE_FEATURES, NS.CAPS, ...CALL_FEATURES],
};

/** Names this software in entity capabilities. */
export const CAPS_NODE = 'https://stoxgate.example/caps';

export const PHONE_VER = capsVer(PHONE_INFO);
