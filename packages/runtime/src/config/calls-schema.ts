/**
 * Keys under `calls:`, the modes of calls. RFC 3261, XEP-0166.
 */
import { z } from 'zod';

const seconds = z.number().positive();
const codec = z
  .string()
  .regex(/^[A-Za-z0-9.-]+\/[1-9]\d*(\/[1-9]\d*)?$/, 'write NAME/CLOCKRATE, such as PCMA/8000');
const count = z.number().int().min(1);

export const Calls = z.strictObject({
  ring_timeout: seconds.default(180).describe('Seconds until an unanswered call ends.'),
  reason_profile: z
    .enum(['mongoose', 'rich'])
    .default('mongoose')
    .describe('Words for ends: those of mod_jingle_sip, or richer ones.'),
  use_6xx: z
    .boolean()
    .default(false)
    .describe('Whether a user who declines does so for all of its addresses: 603, with richer words.'),
  cancel_reason: z.enum(['decline', 'cancel']).default('decline').describe('Jingle reason for a SIP CANCEL.'),
  trickle: z
    .enum(['info_sdp', 'info_sdpfrag', 'update', 'drop'])
    .default('info_sdp')
    .describe(
      'How later ICE candidates reach SIP: INFO with SDP, INFO with trickle-ice-sdpfrag where announced, a new offer, not at all.',
    ),
  dtmf: z
    .enum(['info', 'refuse'])
    .default('info')
    .describe(
      'Digits of a session-info or INFO: passed on as the other, or refused; those in the media always pass.',
    ),
  offer_delta: z
    .enum(['auto', 'mongoose'])
    .default('auto')
    .describe(
      'A new offer of SIP in a call: the Jingle actions for what it changes, or one transport-info as mod_jingle_sip sent.',
    ),
  hold_as: z
    .enum(['auto', 'content-modify', 'session-info', 'both'])
    .default('auto')
    .describe(
      'How XMPP hears of a hold by SIP: as senders, as hold and unhold, as both; auto: as senders, through a relay as hold and unhold.',
    ),
  mute_as: z
    .enum(['recvonly', 'ignore'])
    .default('recvonly')
    .describe('What mute by XMPP is to SIP: a stream that only receives, or nothing.'),
  transfer: z.boolean().default(true).describe('Whether either side may transfer a call (REFER, XEP-0251).'),
  ping_as: z
    .enum(['result', 'options'])
    .default('result')
    .describe('An empty session-info: answered at once, or also passed on as OPTIONS in the dialog.'),
  session_ping: z
    .boolean()
    .default(false)
    .describe('Whether the XMPP side gets an empty session-info at each refresh of a SIP session timer.'),
  description_info: z
    .enum(['ignore', 'reinvite'])
    .default('ignore')
    .describe('A description-info of XMPP: nothing to SIP, or an offer where it changes codecs.'),
  call_id_host: z
    .string()
    .regex(/^(?:[A-Za-z0-9]|[A-Za-z0-9][A-Za-z0-9.-]{0,126}[A-Za-z0-9])?$/, 'write a host name, or nothing')
    .default('')
    .describe(
      'Host behind the Call-IDs of our calls (SID@HOST), taken off those that have it; empty: the sid alone.',
    ),
  reentry_limit: count
    .default(4)
    .describe('Calls that may ring one XMPP user at a time after having gone through the gateway before.'),
  early183: z
    .enum(['ringing', 'none', 'early-media'])
    .default('ringing')
    .describe('What the caller hears of a 183: ringing, nothing, or ringing and its early media (XEP-0269).'),
  max_redirects: z
    .number()
    .int()
    .min(0)
    .max(10)
    .default(0)
    .describe('Contacts of 3xx responses that are tried in one call; 0: a 3xx ends the call.'),
  ring_on: z
    .enum(['online', 'delivered', 'ringing-info'])
    .default('online')
    .describe(
      "When SIP gets 180: at once where a device is known to be there, with a device's first result, or when one says that it rings.",
    ),
  decline_scope: z
    .enum(['all', 'resource'])
    .default('all')
    .describe('Whether one device that declines speaks for all of them.'),
  delayed_offer: z
    .enum(['synthesize', 'reject'])
    .default('synthesize')
    .describe('An INVITE without SDP: offer delayed_offer_codecs to the XMPP side, or 488.'),
  delayed_offer_codecs: z
    .array(codec)
    .min(1)
    .max(32)
    .default(['opus/48000/2', 'PCMA/8000', 'PCMU/8000', 'telephone-event/8000'])
    .describe('Audio codecs offered for an INVITE without SDP, best first.'),
  delayed_offer_video_codecs: z
    .array(codec)
    .max(32)
    .default([])
    .describe('Video codecs offered for an INVITE without SDP, best first; none: audio alone.'),
  delayed_offer_transport: z
    .enum(['raw-udp', 'ice-udp'])
    .default('raw-udp')
    .describe('Transport offered for an INVITE without SDP, until the answer of SIP tells its own.'),
  profile_mode: z
    .enum(['auto', 'avp', 'webrtc', 'savpf'])
    .default('auto')
    .describe(
      'RTP profile of our offers: as the content calls for, never one with feedback, always UDP/TLS/RTP/SAVPF, or DTLS-SRTP as RTP/SAVPF.',
    ),
  optional_keys: z
    .enum(['savp', 'avp'])
    .default('savp')
    .describe(
      'SRTP keys that XMPP does not require: offered in a secure profile, or as best effort in RTP/AVP.',
    ),
  senders_map: z
    .enum(['role', 'xep-fixed'])
    .default('role')
    .describe(
      'How senders and direction go together: by the role of the party that an SDP describes, or initiator always sendonly as mod_jingle_sip had it.',
    ),
  no_ice_policy: z
    .enum(['raw-udp', 'reject'])
    .default('raw-udp')
    .describe(
      'SIP without ICE for an XMPP client that has offered ICE: raw UDP by transport-replace, or the call ends.',
    ),
  data_channels: z
    .boolean()
    .default(false)
    .describe('Whether WebRTC data channels pass (XEP-0343), or are refused while the rest goes on.'),
  jmi: z
    .enum(['auto', 'always', 'never'])
    .default('auto')
    .describe(
      'Calls that ring by Jingle messages (XEP-0353): where the client knows them or its devices are unknown, always, or never.',
    ),
  init_tie_break: z
    .boolean()
    .default(false)
    .describe(
      'Whether of two calls that cross, of a user and a contact to each other, only the one with the lower sid goes on.',
    ),
  wake_offline: z
    .boolean()
    .default(false)
    .describe(
      'Whether a user who is known to be offline is proposed calls by message, or the caller gets 480.',
    ),
  jmi_proceed: z
    .enum(['answer-first', 'early'])
    .default('answer-first')
    .describe(
      'When a client that proposes a call may go on: once the phone is picked up, or at once; at once without a media relay.',
    ),
  advertise_3264: z
    .boolean()
    .default(true)
    .describe('Whether contacts say that they want all candidates at once (urn:ietf:rfc:3264, XEP-0176).'),
  emit_rtcp_candidate: z
    .boolean()
    .default(false)
    .describe('Whether raw UDP always has an RTCP candidate, or only where the other side has one.'),
  provisional_from: z
    .enum(['auto', 'bare'])
    .default('auto')
    .describe('Where ringing comes from: the address that the caller used, or always the bare one.'),
  passthrough: z
    .enum(['none', 'element', 'allowlist'])
    .default('element')
    .describe(
      'SDP attributes that Jingle has no word for: dropped, carried through XMPP as elements, or only those that bear on the media.',
    ),
  session_expires: z
    .number()
    .int()
    .max(86_400)
    .refine((value) => value === 0 || value >= 90, 'write 0 or at least 90')
    .default(1800)
    .describe('Seconds until an unrefreshed SIP session ends (RFC 4028), at least 90; 0: no timer of ours.'),
});
