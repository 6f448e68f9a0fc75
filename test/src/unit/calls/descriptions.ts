/**
 * What the two sides of a simulated call say of their media, at first and later.
 */
import { el, NS } from '@stoxgate/wire-xmpp';

export const SDP = [
  'v=0',
  'o=- 1 1 IN IP4 192.0.2.5',
  's=-',
  'c=IN IP4 192.0.2.5',
  't=0 0',
  'm=audio 4000 RTP/AVP 0',
  '',
].join('\r\n');
export const sdpBody = (content: string) => ({
  contentType: 'application/sdp',
  content,
  encoding: 'utf8' as const,
});
export const body = sdpBody(SDP);
/** What the SIP side says later in a call: hold, another address, video, video again, nothing left, too little. */
export const LATER_SDPS = [
  SDP,
  `${SDP}a=sendonly\r\n`,
  SDP.replace('4000', '4002'),
  `${SDP}m=video 5000 RTP/AVP 96\r\na=rtpmap:96 VP8/90000\r\n`,
  `${SDP}m=video 0 RTP/AVP 96\r\n`,
  `${SDP}a=inactive\r\nm=video 0 RTP/AVP 96\r\nm=video 5000 RTP/AVP 97\r\na=rtpmap:97 VP8/90000\r\n`,
  SDP.replace('m=audio 4000', 'm=audio 0'),
  SDP.split('m=')[0] ?? '',
  `${SDP}a=ice-ufrag:abcd\r\na=ice-pwd:abcdefghijklmnopqrstuv\r\n`,
].map(sdpBody);
export const contents = [
  el(
    'content',
    { creator: 'initiator', name: 'audio' },
    el('description', { xmlns: NS.JINGLE_RTP, media: 'audio' }, el('payload-type', { id: 0 })),
    el(
      'transport',
      { xmlns: NS.JINGLE_RAW_UDP },
      el('candidate', { component: 1, generation: 0, id: 'c', ip: '192.0.2.6', port: 6000 }),
    ),
  ),
];

const film = el(
  'content',
  { creator: 'initiator', name: 'film' },
  el(
    'description',
    { xmlns: NS.JINGLE_RTP, media: 'video' },
    el('payload-type', { id: 96, name: 'VP8', clockrate: 90_000 }),
  ),
  el(
    'transport',
    { xmlns: NS.JINGLE_RAW_UDP },
    el('candidate', { component: 1, generation: 0, id: 'c', ip: '192.0.2.6', port: 6100 }),
  ),
);
const video = { ...film, attrs: { creator: 'responder', name: 'video' } };
const moved = el(
  'content',
  { creator: 'initiator', name: 'audio' },
  el(
    'transport',
    { xmlns: NS.JINGLE_RAW_UDP },
    el('candidate', { component: 1, generation: 0, id: 'd', ip: '192.0.2.7', port: 6200 }),
  ),
);
const named = (creator: string, name: string, senders?: string) => el('content', { creator, name, senders });
const info = (name: string) => el(name, { xmlns: 'urn:xmpp:jingle:apps:rtp:info:1' });
/** What an XMPP party may change of a session. */
export const CHANGES = [
  ['session-info', info('hold')],
  ['session-info', info('unhold')],
  ['session-info', info('mute')],
  ['content-modify', named('initiator', 'audio', 'none')],
  ['content-modify', named('initiator', 'audio', 'both')],
  ['content-add', film],
  ['content-remove', named('initiator', 'film')],
  ['content-remove', named('initiator', 'audio')],
  ['content-accept', video],
  ['content-reject', named('responder', 'video')],
  ['transport-info', moved],
  ['transport-replace', moved],
  ['source-add', film],
] as const;
