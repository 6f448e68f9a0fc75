/**
 * A stored session as a short string, for one that nobody has asked for in a while: a tree of objects takes many times the
 * memory of what it says, and the garbage collector visits each of them.
 */
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import type { OutboxEntry, StoredSession } from './port.ts';

/** Text that most records have; the compressor refers to it. What it says does not matter, only how often it is met. */
const DICTIONARY = Buffer.from(
  [
    '"allow":["INVITE, ACK, CANCEL, BYE, OPTIONS, INFO, UPDATE, PRACK, MESSAGE, REFER, NOTIFY"],"accept":["application/sdp"],',
    '"supported":["100rel, timer, gruu, replaces, norefersub"],"session-expires":["1800"],"max-breadth":["60"]',
    "<?xml version='1.0'?><presence xmlns='urn:ietf:params:xml:ns:pidf' entity='sip:\"><status><basic>open</basic></status></tuple></presence>",
    '\\r\\nc=IN IP4 127.0.0.1\\r\\nt=0 0\\r\\nm=audio 7000 RTP/AVP 8\\r\\na=sendrecv\\r\\na=rtpmap:8 PCMA/8000\\r\\na=rtcp-mux\\r\\n',
    '"contentType":"application/sdp","content":"v=0\\r\\no=- 1 1 IN IP4 127.0.0.1\\r\\ns=-","encoding":"utf8"}',
    '{"name":"jingle","attrs":{"xmlns":"urn:xmpp:jingle:1","action":"session-initiate","sid":"},"children":[{"name":"content",',
    '"attrs":{"creator":"initiator","name":"audio","senders":"both"},"xmlns":"urn:xmpp:jingle:apps:rtp:1","media":"audio"',
    '{"name":"payload-type","attrs":{"id":"8","name":"PCMA","clockrate":"8000"},"children":[]}',
    '{"name":"c","attrs":{"xmlns":"http://jabber.org/protocol/caps","hash":"sha-1","node":"https://","ver":"="},"children":[]}',
    '"method":"SUBSCRIBE","requestUri":"sip:","event":["presence"],"subscription-state":["active;expires=3600"]',
    '"type":"dialog.request.received","edge":"all-","request":{"method":"NOTIFY","requestUri":"sip:","maxForwards":70,',
    '"vias":["SIP/2.0/UDP 127.0.0.1:5060;rport=5060;received=127.0.0.1;branch=z9hG4bK"],"from":{"uri":"sip:","params":{"tag":"',
    '"to":{"uri":"sip:","params":{}},"callId":"","cseq":{"number":1,"method":"INVITE"},"contacts":[{"uri":"sip:","params":{}}],',
    '"recordRoutes":[],"headers":{}}},"challenges":[],"edge":"sip-edge-","via":"SIP/2.0/UDP ","hasProvisional":false,"hasRung":false,',
    '"early":[],"strayTags":[],"invite":{"branch":"z9hG4bK","request":{"method":"INVITE","requestUri":"sip:","routes":[],',
    '"dialog":{"callId":"","localTag":"","remoteTag":"","localCseq":1,"localUri":"sip:","remoteUri":"sip:","remoteTarget":"sip:",',
    '"routeSet":[],"secure":false,"remoteCseq":1},"begunAt":17,"expiresAt":17},"phase":{"name":"settled","until":17},"dueAt":17}',
    '"watching":{"contact":"","domain":"","authorization":"active","isThere":true,"shown":[{"resource":"sip","isOpen":true}],"failures":0,',
    '{"subject":"stox.cmd.xmpp.","envelope":{"v":1,"id":"","key":"presence:","edge":"","at":17,"payload":{"type":"xmpp.stanza.send",',
    '"domain":"","stanza":{"name":"presence","attrs":{"from":"","to":"","type":"subscribed","id":""},"children":[]}}}},',
    '{"subject":"stox.evt.1","envelope":{"v":1,"id":"","key":"call:","edge":"","at":17,"payload":{"type":"sip.response.send",',
    '{"kind":"user","resources":[{"fullJid":"","priority":0}],"seenAt":17,"waiting":[],"settleAt":0,"contacts":[{"jid":"","isShown":true}]}',
    '{"revision":2,"record":{"session":{"kind":"dialog","owner":"presence:"},"timers":{},"startedAt":17},"recentEventIds":["","","/0"],"outbox":[]}',
    '{"revision":5,"record":{"session":{"kind":"call","sequence":1,"timers":{"refresh":17},"in":{"state":"active","domain":"","sid":""',
    ',"contact":"","user":"","localTag":"","remoteTag":"","initiateIqId":"","out":{"state":"active","domain":"","sid":"","contact":"',
  ].join(''),
);
/** A window that the dictionary fits into, and little memory while it works. */
const OPTIONS = { dictionary: DICTIONARY, level: 1, windowBits: 13, memLevel: 5 } as const;

const deflated = (value: unknown): string =>
  deflateRawSync(JSON.stringify(value), OPTIONS).toString('latin1');

const inflated = (text: string): unknown =>
  JSON.parse(inflateRawSync(Buffer.from(text, 'latin1'), OPTIONS).toString());

/** What a session says, as bytes, a character a byte; and what a repetition of its last events needs, as JSON: not for long. */
type PackedWhole = readonly [said: string, repetition: string];
export type PackedSession = PackedWhole | string;

/** A session in the hands of its store. */
export interface HeldSession extends StoredSession {
  readonly recentEventIds: string[];
  outbox: StoredSession['outbox'];
}

/** The session must be JSON-able. */
export const pack = ({ revision, record, recentEventIds, outbox }: StoredSession): PackedWhole => [
  deflated([revision, record]),
  JSON.stringify([recentEventIds, outbox]),
];

/** The session without what only a repetition needs. */
export const forgetRepetition = ([said]: PackedWhole): string => said;

/** What `pack` was given. */
export function unpack(packed: PackedSession): HeldSession {
  const [said, repetition] = typeof packed === 'string' ? [packed, undefined] : packed;
  const [revision, record] = inflated(said) as [number, unknown];
  if (repetition === undefined) return { revision, record, recentEventIds: [], outbox: [] };
  const [recentEventIds, outbox] = JSON.parse(repetition) as [string[], OutboxEntry[]];
  return { revision, record, recentEventIds, outbox };
}
