/**
 * What the operator chose, as far as it bears on protocol rules. Read-only; built from the configuration at start.
 */
import type { AddressMap } from '@stoxgate/addressing';
import type { PhonesPolicy } from './phone/phones-policy.ts';

export interface CapsVers {
  /** Of every contact. */
  readonly phone: string;
  /** Of the components themselves, by domain. */
  readonly gateways: Readonly<Record<string, string>>;
}

export interface TranslatorPolicy {
  readonly addresses: AddressMap;
  /** Address in SDP `o=` and, where a content brings none, `c=`. */
  readonly sdpOrigin: string;
  readonly ringTimeoutMs: number;
  /** How long an IQ of ours may stay unanswered. */
  readonly iqTimeoutMs: number;
  /** How long a presence probe may stay unanswered. */
  readonly probeTimeoutMs: number;
  readonly reasonProfile: 'mongoose' | 'rich';
  /** Whether a decline of the callee is for all of its addresses: 603, in profile `rich`. */
  readonly use6xx: boolean;
  readonly cancelReason: 'decline' | 'cancel';
  /** How ICE candidates that come after the offer reach the SIP party. */
  readonly trickle: 'info_sdp' | 'info_sdpfrag' | 'update' | 'drop';
  /** `refuse`: digits in session-info and INFO are refused; those in the media (RFC 4733) always pass. */
  readonly dtmf: 'info' | 'refuse';
  /** What an offer of the SIP party in a call becomes: `mongoose` has one transport-info for everything. */
  readonly offerDelta: 'auto' | 'mongoose';
  /** `auto`: end to end as senders; through a relay, which does the holding, as hold and unhold. */
  readonly holdAs: 'auto' | 'content-modify' | 'session-info' | 'both';
  readonly muteAs: 'recvonly' | 'ignore';
  readonly transfer: boolean;
  /** What an empty session-info is to the SIP party. */
  readonly pingAs: 'result' | 'options';
  /** Host behind the Call-IDs of our calls; empty: none. */
  readonly callIdHost: string;
  /** Whether each refresh of a session timer asks the XMPP party whether it is still there. */
  readonly sessionPing: boolean;
  /** What a description-info of the XMPP party is to the SIP party. */
  readonly descriptionInfo: 'ignore' | 'reinvite';
  /** Calls of our own users that may come back to ring one user at a time. */
  readonly reentryLimit: number;
  readonly early183: 'ringing' | 'none' | 'early-media';
  /** How many contacts of 3xx responses are tried in one call. */
  readonly maxRedirects: number;
  readonly ringOn: 'online' | 'delivered' | 'ringing-info';
  readonly declineScope: 'all' | 'resource';
  readonly delayedOffer: 'synthesize' | 'reject';
  /** `NAME/CLOCKRATE[/CHANNELS]`, best first. */
  readonly delayedOfferCodecs: readonly string[];
  /** The same for video; none: no video. */
  readonly delayedOfferVideoCodecs: readonly string[];
  readonly delayedOfferTransport: 'raw-udp' | 'ice-udp';
  /** Session interval that we ask for (RFC 4028); 0: none. */
  readonly sessionExpiresMs: number;
  /** Whether raw UDP always has an RTCP candidate. */
  readonly emitRtcpCandidate: boolean;
  readonly profileMode: 'auto' | 'avp' | 'webrtc' | 'savpf';
  /** Profile of an offer with keys that XMPP does not require. */
  readonly optionalKeys: 'savp' | 'avp';
  readonly sendersMap: 'role' | 'xep-fixed';
  /** What becomes of a call whose SIP party has no ICE where the XMPP party does. */
  readonly noIcePolicy: 'raw-udp' | 'reject';
  readonly dataChannels: boolean;
  /** Where ringing comes from: the address that the caller used, or the bare one (draft-ietf-stox-media §10). */
  readonly provisionalFrom: 'auto' | 'bare';
  /** What becomes of SDP attributes that Jingle has no word for. */
  readonly passthrough: 'none' | 'element' | 'allowlist';
  /** Whether media go through a relay: never, always, or where the ends of a call have nothing in common. */
  readonly mediaRelay: 'none' | 'rtpengine' | 'auto';
  /** Whether a relay is told candidates that come after their description. */
  readonly relayFragments: boolean;
  /** Which calls to XMPP begin with Jingle messages (XEP-0353). */
  readonly jmi: 'auto' | 'always' | 'never';
  /** Whether of two sessions that cross the one with the lower sid goes on alone. */
  readonly initTieBreak: boolean;
  /** Whether a user who is known to be offline is proposed calls: its server may wake a device. */
  readonly wakeOffline: boolean;
  /** When a caller that proposes may send its session-initiate; without a media relay always early. */
  readonly jmiProceed: 'answer-first' | 'early';
  /** Verification strings of what contacts and components say of themselves (XEP-0115). */
  readonly caps: CapsVers;
  readonly messageAcceptStatus: 202 | 200;
  /** Type of messages from SIP; auto: that of the user's chat. */
  readonly messageType: 'auto' | 'normal' | 'chat';
  /** What becomes of a text that does not fit into one request; msrp: of a chat in a session, of others as chunk. */
  readonly oversize: 'chunk' | 'reject' | 'tcp' | 'msrp';
  /** Largest MESSAGE request; 0: the transport sets no limit. */
  readonly maxMessageBytes: number;
  /** Longest text to SIP, in bytes. */
  readonly maxBodyBytes: number;
  /** When texts to SIP are wrapped in message/cpim; auto: when their sender wants to hear of them. */
  readonly useCpim: 'auto' | 'always' | 'never';
  /** Whether formatted texts go to SIP as HTML, where it showed that it reads that. */
  readonly sendHtml: boolean;
  /** Whether a text in several languages goes to SIP in the one that is meant, or in all. */
  readonly languages: 'one' | 'all';
  /** Which chat texts without a thread share a Call-ID: those of one chat, or none. */
  readonly chatCallId: 'pair' | 'stanza';
  /** Whether what SIP says in a chat goes to the device that spoke last, or to the user. */
  readonly lockResource: boolean;
  /** Whether a 200 to a MESSAGE is a receipt. */
  readonly receiptOn2xx: boolean;
  /** Chat state of a SIP user who types no more. */
  readonly idleAs: 'active' | 'paused';
  /** How chats go to SIP; auto: over MSRP with whom OPTIONS says that it speaks it. Without an MSRP edge: message. */
  readonly chatMode: 'auto' | 'msrp' | 'message';
  /** Whether there is an MSRP endpoint: chats may come from SIP, whatever the mode towards it. */
  readonly hasChats: boolean;
  /** How long a chat session lives in which nobody says anything. */
  readonly sessionTimeoutMs: number;
  /** Failure-Report of texts over MSRP. */
  readonly failureReport: 'no' | 'partial' | 'yes';
  /** What becomes of a chat session whose bound resource is gone. */
  readonly onUnavailable: 'unbind' | 'bye';
  /** Whether From of an INVITE to a chat has the resource as gr. */
  readonly chatFromGr: boolean;
  /** What a Success-Report to SIP waits for: the receipt of the XMPP client, or nothing. */
  readonly chatReport: 'receipt' | 'handover';
  /** How long it is known that a SIP user speaks MSRP. */
  readonly msrpKnownMs: number;
  /** How long it is known that one does not. */
  readonly msrpUnknownMs: number;
  /** Largest message taken over MSRP: `a=max-size`. */
  readonly msrpMaxBytes: number;
  /** Whether sessions of ours are offered over TLS. */
  readonly msrpIsSecure: boolean;
  /** local: contacts accept everybody and are always available; sip: presence goes both ways (RFC 8048). */
  readonly presenceMode: 'local' | 'sip';
  /** For how long we subscribe at a time. */
  readonly presenceExpiresMs: number;
  /** What a contact is whose SIP side knows no presence: as in mode local, or refused. */
  readonly withoutPresence: 'available' | 'unsubscribed';
  /** Shortest subscription or publication of a SIP user, and the longest. */
  readonly minExpiresMs: number;
  readonly maxExpiresMs: number;
  /** SIP users of domains that no component has, when they ask for presence. */
  readonly foreignWatchers: 'refuse' | 'allow';
  /** Between two notifications of changes in one subscription, at least. */
  readonly notifyIntervalMs: number;
  /** Whether each notification to SIP tells of one resource rather than of all. */
  readonly perResource: boolean;
  /** Scheme in which documents to SIP name whom they are about. */
  readonly pidfEntity: 'pres' | 'sip';
  /** Whether they tell activities, too (RFC 4480). */
  readonly rpid: boolean;
  /** For whom SIP users may publish: whom From names, or anybody. */
  readonly publishers: 'self' | 'any';
  /** Whether what SIP users publish here is their presence; else a SIP presence server has it. */
  readonly compositor: boolean;
  /** Whether the SIP edges can answer a digest challenge. */
  readonly hasCredentials: boolean;
  readonly phones: PhonesPolicy;
}
