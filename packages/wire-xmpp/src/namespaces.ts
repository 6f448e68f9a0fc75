/** Every XML namespace the project speaks, by its document. */
export const NS = {
  // RFC 6120, RFC 6121
  CLIENT: 'jabber:client',
  SERVER: 'jabber:server',
  STREAM: 'http://etherx.jabber.org/streams',
  STREAM_ERROR: 'urn:ietf:params:xml:ns:xmpp-streams',
  STANZA_ERROR: 'urn:ietf:params:xml:ns:xmpp-stanzas',
  XML: 'http://www.w3.org/XML/1998/namespace',
  XMLNS: 'http://www.w3.org/2000/xmlns/',
  // XEP-0114
  COMPONENT_ACCEPT: 'jabber:component:accept',
  // XEP-0030, XEP-0115, XEP-0092, XEP-0199, XEP-0054, XEP-0004
  DISCO_INFO: 'http://jabber.org/protocol/disco#info',
  DISCO_ITEMS: 'http://jabber.org/protocol/disco#items',
  CAPS: 'http://jabber.org/protocol/caps',
  VERSION: 'jabber:iq:version',
  PING: 'urn:xmpp:ping',
  VCARD: 'vcard-temp',
  DATA_FORMS: 'jabber:x:data',
  // XEP-0012, XEP-0202, XEP-0100, XEP-0292, XEP-0060, XEP-0215, XEP-0482
  LAST: 'jabber:iq:last',
  TIME: 'urn:xmpp:time',
  GATEWAY: 'jabber:iq:gateway',
  VCARD4: 'urn:ietf:params:xml:ns:vcard-4.0',
  VCARD4_NODE: 'urn:xmpp:vcard4',
  PUBSUB: 'http://jabber.org/protocol/pubsub',
  EXTERNAL_SERVICES: 'urn:xmpp:extdisco:2',
  CALL_INVITES: 'urn:xmpp:call-invites:0',
  // XEP-0166, XEP-0167, XEP-0176, XEP-0177, XEP-0320, XEP-0338, XEP-0339, XEP-0293, XEP-0294, XEP-0262
  JINGLE: 'urn:xmpp:jingle:1',
  JINGLE_ERRORS: 'urn:xmpp:jingle:errors:1',
  JINGLE_RTP: 'urn:xmpp:jingle:apps:rtp:1',
  JINGLE_RTP_AUDIO: 'urn:xmpp:jingle:apps:rtp:audio',
  JINGLE_RTP_VIDEO: 'urn:xmpp:jingle:apps:rtp:video',
  JINGLE_RTP_INFO: 'urn:xmpp:jingle:apps:rtp:info:1',
  JINGLE_RTP_ERRORS: 'urn:xmpp:jingle:apps:rtp:errors:1',
  JINGLE_RTP_SSMA: 'urn:xmpp:jingle:apps:rtp:ssma:0',
  JINGLE_RTP_FEEDBACK: 'urn:xmpp:jingle:apps:rtp:rtcp-fb:0',
  JINGLE_RTP_HEADER_EXTENSIONS: 'urn:xmpp:jingle:apps:rtp:rtp-hdrext:0',
  JINGLE_RTP_ZRTP: 'urn:xmpp:jingle:apps:rtp:zrtp:1',
  JINGLE_GROUPING: 'urn:xmpp:jingle:apps:grouping:0',
  JINGLE_DTLS: 'urn:xmpp:jingle:apps:dtls:0',
  // XEP-0353
  JINGLE_MESSAGE: 'urn:xmpp:jingle-message:0',
  // XEP-0181, XEP-0251
  JINGLE_DTMF: 'urn:xmpp:jingle:dtmf:0',
  JINGLE_TRANSFER: 'urn:xmpp:jingle:transfer:0',
  // SDP attributes without a Jingle form; a namespace of our own
  SDP_ATTRIBUTE: 'urn:x-gateway:sdp:0',
  JINGLE_RAW_UDP: 'urn:xmpp:jingle:transports:raw-udp:1',
  JINGLE_DTLS_SCTP: 'urn:xmpp:jingle:transports:dtls-sctp:1',
  JINGLE_ICE_UDP: 'urn:xmpp:jingle:transports:ice-udp:1',
  // Feature names of XEP-0176 §9, XEP-0338 §4 and XEP-0339 §4
  SOURCES: 'urn:ietf:rfc:5576',
  OFFER_ANSWER: 'urn:ietf:rfc:3264',
  GROUPING: 'urn:ietf:rfc:5888',
  RTCP_MUX: 'urn:ietf:rfc:5761',
  // XEP-0085, XEP-0184, XEP-0280, XEP-0297, XEP-0203
  CHAT_STATES: 'http://jabber.org/protocol/chatstates',
  RECEIPTS: 'urn:xmpp:receipts',
  CARBONS: 'urn:xmpp:carbons:2',
  // XEP-0333, XEP-0334, XEP-0380, XEP-0066, XEP-0447, XEP-0103, XEP-0249, XEP-0071, XEP-0172
  CHAT_MARKERS: 'urn:xmpp:chat-markers:0',
  HINTS: 'urn:xmpp:hints',
  ENCRYPTION: 'urn:xmpp:eme:0',
  OUT_OF_BAND: 'jabber:x:oob',
  FILE_SHARING: 'urn:xmpp:sfs:0',
  URL_DATA: 'http://jabber.org/protocol/url-data',
  CONFERENCE: 'jabber:x:conference',
  NICK: 'http://jabber.org/protocol/nick',
  XHTML_IM: 'http://jabber.org/protocol/xhtml-im',
  XHTML: 'http://www.w3.org/1999/xhtml',
  // XEP-0384 and its first form, XEP-0373, XEP-0027
  OMEMO: 'urn:xmpp:omemo:2',
  OMEMO_LEGACY: 'eu.siacs.conversations.axolotl',
  OPENPGP: 'urn:xmpp:openpgp:0',
  PGP_LEGACY: 'jabber:x:encrypted',
  FORWARD: 'urn:xmpp:forward:0',
  // XEP-0131, XEP-0355
  SHIM: 'http://jabber.org/protocol/shim',
  DELEGATION: 'urn:xmpp:delegation:2',
  DELAY: 'urn:xmpp:delay',
} as const;
