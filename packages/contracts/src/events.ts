/**
 * Events: what happened, in the past tense. Edges and the session store publish them, the translator consumes them.
 */
import { z } from 'zod';
import { BoshRequestAnswered, BoshRequestFailed } from './bosh.ts';
import {
  MsrpMessageDelivered,
  MsrpMessageFailed,
  MsrpMessageReceived,
  MsrpMessageSent,
  MsrpSessionClosed,
  MsrpSessionConnected,
  MsrpSessionFailed,
  MsrpSessionOpened,
} from './msrp.ts';
import { PhoneAccountImported, PhoneAccountRemoved, PhoneStateReported } from './phone.ts';
import { PHONE_CONNECTION_EVENTS } from './phone-connection.ts';
import { PHONE_DIALOGS_EVENTS } from './phone-dialogs.ts';
import { PRESENCE_EVENTS } from './presence.ts';
import { SipRequest, SipResponse, SipSource } from './sip-message.ts';
import { XmlElement } from './xml-element.ts';

/** A SIP request reached a SIP edge and passed its guards. Retransmissions are absorbed by the transaction. */
export const SipRequestReceived = z.object({
  type: z.literal('sip.request.received'),
  request: SipRequest,
  source: SipSource,
});

/** A response to a request of ours, one event per distinct response; `branch` names the client transaction. */
export const SipResponseReceived = z.object({
  type: z.literal('sip.response.received'),
  branch: z.string(),
  response: SipResponse,
});

/**
 * A request of ours got no final response. `no-credentials`: a challenge that the edge cannot answer. `media`: it was not
 * sent, for want of a relay for its media.
 */
export const SipRequestFailed = z.object({
  type: z.literal('sip.request.failed'),
  branch: z.string(),
  callId: z.string(),
  method: z.string(),
  cause: z.enum(['timeout', 'transport', 'unresolvable', 'no-credentials', 'media']),
});

/** A 2xx to INVITE was sent and no ACK came within 64*T1 (RFC 3261 §13.3.1.4). */
export const SipAckTimedOut = z.object({
  type: z.literal('sip.ack.timed-out'),
  callId: z.string(),
  localTag: z.string(),
  cseq: z.number().int(),
});

/** The edge that holds a client transaction of this session is gone: its responses will be seen by nobody. */
export const SipEdgeLost = z.object({ type: z.literal('sip.edge.lost'), edge: z.string() });

/** The gateway stops and the store of its calls with it: this one must end. */
export const CallEndRequested = z.object({ type: z.literal('call.end.requested') });

/** An IQ-set or -get that the translator must answer (Jingle). `domain` is the component it came in by. */
export const XmppIqReceived = z.object({
  type: z.literal('xmpp.iq.received'),
  domain: z.string(),
  stanza: XmlElement,
});

/** The result or error to an IQ of ours. Its id is the id of the command that sent it. */
export const XmppIqAnswered = z.object({
  type: z.literal('xmpp.iq.answered'),
  domain: z.string(),
  stanza: XmlElement,
});

export const XmppMessageReceived = z.object({
  type: z.literal('xmpp.message.received'),
  domain: z.string(),
  stanza: XmlElement,
});

export const XmppPresenceReceived = z.object({
  type: z.literal('xmpp.presence.received'),
  domain: z.string(),
  stanza: XmlElement,
});

/**
 * The component `domain` is connected again: the server has forgotten what presence it sent. One event for each user who
 * is shown some.
 */
export const XmppLinkOpened = z.object({ type: z.literal('xmpp.link.opened'), domain: z.string() });

/** A media relay has answered an offer or an answer: the description for the other end. `relay` has the call now. */
export const MediaRequestAnswered = z.object({
  type: z.literal('media.request.answered'),
  exchange: z.string(),
  relay: z.string(),
  sdp: z.string(),
});

/**
 * A media relay did not do what was asked. unreachable: none answered in time. refused: it says that it cannot.
 * unreadable: what it answered makes no sense.
 */
export const MediaRequestFailed = z.object({
  type: z.literal('media.request.failed'),
  exchange: z.string(),
  cause: z.enum(['unreachable', 'refused', 'unreadable']),
});

/** A timer set by a session fell due. Stale when the session no longer holds that `name` with that `dueAt`. */
export const TimerFired = z.object({
  type: z.literal('timer.fired'),
  name: z.string(),
  dueAt: z.number().int(),
});

/** A session asks what resources of an XMPP user are available. Answered to `replyTo`. */
export const UserResourcesRequested = z.object({
  type: z.literal('user.resources.requested'),
  replyTo: z.string(),
  /** JID in whose name an unknown user is probed. */
  as: z.string(),
  /** The call is of one of our own users and came back: no more than a few may ring the user at a time. */
  isReentry: z.boolean().optional(),
});

/** The answer. `known: false`: no presence seen and none came when asked. */
export const UserResourcesAnswered = z.object({
  type: z.literal('user.resources.answered'),
  bareJid: z.string(),
  known: z.boolean(),
  resources: z.array(
    z.object({
      fullJid: z.string(),
      priority: z.number().int(),
      /** What it can do: jingle, rtp, audio, video, ice-udp, raw-udp, dtls, jmi, rfc3264. Absent: not known. */
      features: z.array(z.string()).optional(),
    }),
  ),
  /** Too many calls that came back ring the user: this one must not. */
  isTooMany: z.boolean().optional(),
});

/** A user calls a contact: one that comes from the contact at that moment crosses it. */
export const UserCallProposed = z.object({
  type: z.literal('user.call.proposed'),
  replyTo: z.string(),
  /** JID of the contact. */
  contact: z.string(),
});

/** Two calls of `user` and a contact cross, and this one has the lower id: it may end the other, if it still rings. */
export const CallCrossingFound = z.object({
  type: z.literal('call.crossing.found'),
  user: z.string(),
  /** Key of the other call. */
  other: z.string(),
});

/** A call of `user` and a contact crosses this one and has the lower id: this one ends, unless somebody has taken it. */
export const CallCrossed = z.object({
  type: z.literal('call.crossed'),
  user: z.string(),
  /** sid of the call that goes on. */
  sid: z.string().optional(),
});

/** A call that came back rings the user no more. */
export const UserReentryEnded = z.object({ type: z.literal('user.reentry.ended'), replyTo: z.string() });

/** A session asks what dialogs another call has that are up, to name one of them (RFC 3891). Answered to `replyTo`. */
export const CallLegsRequested = z.object({
  type: z.literal('call.legs.requested'),
  replyTo: z.string(),
});

/** A dialog of a leg: the names of both its sides. */
export const LiveLeg = z.object({
  sid: z.string(),
  callId: z.string(),
  localTag: z.string(),
  remoteTag: z.string(),
  /** Full JID of the XMPP party. */
  user: z.string(),
  /** JID of the SIP party as the user knows it. */
  contact: z.string(),
  /** `early`: of an INVITE of ours that has no answer yet. Absent: the dialog is up. */
  state: z.enum(['early', 'ended']).optional(),
});
export type LiveLeg = z.infer<typeof LiveLeg>;

/** The answer; `about` is the key of the call that was asked. */
export const CallLegsAnswered = z.object({
  type: z.literal('call.legs.answered'),
  about: z.string(),
  legs: z.array(LiveLeg),
});

/** A call is up with this resource and wants to hear when it is gone for good. Nothing comes of it for one not known. */
export const UserResourceWatched = z.object({
  type: z.literal('user.resource.watched'),
  replyTo: z.string(),
  fullJid: z.string(),
});

/** The call is over. */
export const UserResourceUnwatched = z.object({
  type: z.literal('user.resource.unwatched'),
  replyTo: z.string(),
  fullJid: z.string(),
});

/** A watched resource became unavailable and did not come back in time. */
export const UserResourceGone = z.object({ type: z.literal('user.resource.gone'), fullJid: z.string() });

/** Another call took the place of this dialog (RFC 3891 §3): it ends. */
export const CallReplaced = z.object({
  type: z.literal('call.replaced'),
  localTag: z.string(),
  remoteTag: z.string(),
});

/**
 * A device asks for the one call that rings its user, without a sid: whom it is handed to looks for itself and hands it
 * on. `others`: calls still to look; `found`: the one that rings; alone and found, it is meant.
 */
export const CallPendingSought = z.object({
  type: z.literal('call.pending.sought'),
  domain: z.string(),
  stanza: XmlElement,
  others: z.array(z.string()),
  found: z.string().optional(),
});

/** A session keeps the dialogs of this Call-ID: requests are handed on to it. Sent to the key of the Call-ID. */
export const DialogOpened = z.object({ type: z.literal('dialog.opened'), owner: z.string() });

/** Who kept the dialogs of this Call-ID keeps none any more. */
export const DialogEnded = z.object({ type: z.literal('dialog.ended') });

/** A request of a dialog that this session keeps, or of a new one for it to keep; `edge` has its transaction. */
export const DialogRequestReceived = z.object({
  type: z.literal('dialog.request.received'),
  edge: z.string(),
  request: SipRequest,
});

export const Event = z.discriminatedUnion('type', [
  SipRequestReceived,
  SipResponseReceived,
  SipRequestFailed,
  SipAckTimedOut,
  SipEdgeLost,
  CallEndRequested,
  XmppIqReceived,
  XmppIqAnswered,
  XmppMessageReceived,
  XmppPresenceReceived,
  XmppLinkOpened,
  MediaRequestAnswered,
  MediaRequestFailed,
  MsrpSessionOpened,
  MsrpSessionConnected,
  MsrpSessionFailed,
  MsrpSessionClosed,
  MsrpMessageReceived,
  MsrpMessageSent,
  MsrpMessageDelivered,
  MsrpMessageFailed,
  BoshRequestAnswered,
  BoshRequestFailed,
  PhoneStateReported,
  PhoneAccountImported,
  PhoneAccountRemoved,
  TimerFired,
  UserResourcesRequested,
  UserResourcesAnswered,
  UserCallProposed,
  UserReentryEnded,
  UserResourceWatched,
  UserResourceUnwatched,
  UserResourceGone,
  CallLegsRequested,
  CallLegsAnswered,
  CallReplaced,
  CallCrossingFound,
  CallCrossed,
  CallPendingSought,
  DialogOpened,
  DialogEnded,
  DialogRequestReceived,
  ...PHONE_CONNECTION_EVENTS,
  ...PRESENCE_EVENTS,
  ...PHONE_DIALOGS_EVENTS,
]);
export type Event = z.infer<typeof Event>;
export type EventOf<Type extends Event['type']> = Extract<Event, { type: Type }>;
