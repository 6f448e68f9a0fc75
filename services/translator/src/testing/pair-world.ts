/**
 * One user and one SIP address, stepped through events: for tests of messages.
 */
import {
  brandAor,
  brandBareJid,
  brandKey,
  type Command,
  type CommandOf,
  type Event,
  keyOfPair,
  type SipRequest,
  type SipResponse,
  type XmlElement,
} from '@stoxgate/contracts';
import { el, readStanzaError } from '@stoxgate/wire-xmpp';
import type { PairSession } from '../message/pair-session.ts';
import { stepPair } from '../message/step-pair.ts';
import type { TranslatorPolicy } from '../policy.ts';

export const POLICY: TranslatorPolicy = {
  addresses: {
    xmppDomains: ['example.org'],
    components: [{ domain: 'sip.example.org', sipDomain: 'example.net' }],
  },
  sdpOrigin: '127.0.0.1',
  ringTimeoutMs: 180_000,
  iqTimeoutMs: 30_000,
  probeTimeoutMs: 2_000,
  reasonProfile: 'mongoose',
  use6xx: false,
  cancelReason: 'decline',
  trickle: 'info_sdp',
  dtmf: 'info',
  offerDelta: 'auto',
  holdAs: 'content-modify',
  muteAs: 'recvonly',
  transfer: true,
  pingAs: 'result',
  sessionPing: false,
  descriptionInfo: 'ignore',
  callIdHost: '',
  reentryLimit: 4,
  early183: 'ringing',
  maxRedirects: 0,
  ringOn: 'online',
  declineScope: 'all',
  delayedOffer: 'synthesize',
  delayedOfferCodecs: ['PCMA/8000'],
  delayedOfferVideoCodecs: [],
  delayedOfferTransport: 'raw-udp',
  sessionExpiresMs: 0,
  emitRtcpCandidate: false,
  profileMode: 'auto',
  optionalKeys: 'savp',
  sendersMap: 'role',
  noIcePolicy: 'raw-udp',
  dataChannels: false,
  provisionalFrom: 'auto',
  passthrough: 'element',
  jmi: 'auto',
  initTieBreak: false,
  wakeOffline: false,
  jmiProceed: 'answer-first',
  mediaRelay: 'none',
  relayFragments: false,
  caps: { phone: 'phone-ver', gateways: { 'sip.example.org': 'gateway-ver' } },
  messageAcceptStatus: 202,
  messageType: 'auto',
  oversize: 'chunk',
  maxMessageBytes: 1300,
  maxBodyBytes: 65_536,
  useCpim: 'auto',
  sendHtml: false,
  languages: 'one',
  chatCallId: 'stanza',
  lockResource: false,
  receiptOn2xx: false,
  idleAs: 'active',
  hasChats: false,
  chatMode: 'message',
  sessionTimeoutMs: 600_000,
  failureReport: 'no',
  onUnavailable: 'unbind',
  chatFromGr: true,
  chatReport: 'receipt',
  msrpKnownMs: 300_000,
  msrpUnknownMs: 60_000,
  msrpMaxBytes: 65_536,
  msrpIsSecure: false,
  presenceMode: 'local',
  presenceExpiresMs: 3_600_000,
  withoutPresence: 'available',
  minExpiresMs: 60_000,
  maxExpiresMs: 86_400_000,
  foreignWatchers: 'refuse',
  notifyIntervalMs: 5_000,
  perResource: false,
  pidfEntity: 'pres',
  rpid: false,
  publishers: 'self',
  compositor: false,
  hasCredentials: true,
  phones: {
    transport: 'bosh',
    clientUrl: 'xmpps://example.org',
    clientUrls: {},
    boshUrl: 'https://example.org/http-bind',
    boshUrls: {},
    allowPlain: false,
    xmppDomain: '',
    resource: 'SIP-phone',
    priority: -1,
    presenceId: 'kept',
    onthephoneShow: 'dnd',
    onthephoneText: 'On the phone',
    ridStart: 123_456,
    mechanisms: ['SCRAM-SHA-256', 'SCRAM-SHA-1', 'PLAIN'],
    waitMs: 60_000,
    hold: 1,
    watchDialogs: false,
    watchExpiresMs: 3_600_000,
  },
};
/** When a pair begins. */
export const NOW = Date.parse('2026-01-02T03:04:05Z');
const KEY = keyOfPair(brandBareJid('alice@example.org'), brandAor('sip:romeo@example.net'));

/** A pair that is stepped through events; every event has an id of its own. */
export class Pair {
  session: PairSession | undefined;
  now = NOW;
  readonly policy: TranslatorPolicy;
  /** What was let go without a word. */
  readonly dropped: string[] = [];
  #events = 0;

  constructor(changes: Partial<TranslatorPolicy> = {}) {
    this.policy = { ...POLICY, ...changes };
  }

  handle(event: Event): readonly Command[] {
    const eventId = `e${this.#events++}`;
    const input = { key: brandKey(KEY), now: this.now, eventId, edge: 'edge-1', event };
    const before = JSON.stringify(this.session);
    const step = stepPair(this.policy, this.session, input);
    if (JSON.stringify(this.session) !== before) throw new Error('the step changed its session');
    const again = stepPair(this.policy, this.session, input);
    if (JSON.stringify(again) !== JSON.stringify(step)) throw new Error('the step is not a function');
    this.session = step.session as PairSession | undefined;
    if (step.dropped !== undefined) this.dropped.push(step.dropped);
    return step.commands;
  }

  say(children: (XmlElement | string)[], attrs: Record<string, string> = {}): readonly Command[] {
    const stanza = el(
      'message',
      { from: 'alice@example.org/desk', to: 'romeo@sip.example.org', id: 'm1', ...attrs },
      ...children,
    );
    return this.handle({ type: 'xmpp.message.received', domain: 'sip.example.org', stanza });
  }

  hear(request: SipRequest): readonly Command[] {
    const source = { protocol: 'udp', address: '127.0.0.1', port: 5060 } as const;
    return this.handle({ type: 'sip.request.received', request, source });
  }

  answer(sent: CommandOf<'sip.request.send'>, status: number, more: Partial<SipResponse> = {}) {
    const { request, branch } = sent;
    return this.handle({
      type: 'sip.response.received',
      branch,
      response: {
        status,
        reason: 'Whatever',
        vias: [],
        from: request.from,
        to: request.to,
        callId: request.callId,
        cseq: { number: request.cseq, method: 'MESSAGE' },
        contacts: [],
        recordRoutes: [],
        headers: {},
        ...more,
      },
    });
  }
}

/** The request that `children` make, which is accepted at once with `headers`. */
export const sentAndTaken = (
  pair: Pair,
  children: (XmlElement | string)[],
  attrs: Record<string, string> = {},
  headers: Record<string, string[]> = {},
): CommandOf<'sip.request.send'> => {
  const sent = sentIn(pair.say(children, attrs));
  pair.answer(sent, 202, { headers });
  return sent;
};

export const body = (text: string, attrs = {}) => el('body', attrs, text);
export const of = <Type extends Command['type']>(commands: readonly Command[], type: Type) =>
  commands.filter((command): command is CommandOf<Type> => command.type === type);
export const sentIn = (commands: readonly Command[]) => {
  const [sent] = of(commands, 'sip.request.send');
  if (sent === undefined) throw new Error(`no request in ${JSON.stringify(commands)}`);
  return sent;
};
export const stanzaIn = (commands: readonly Command[]) => of(commands, 'xmpp.stanza.send')[0]?.stanza;
export const errorIn = (commands: readonly Command[]) => {
  const stanza = stanzaIn(commands);
  if (stanza === undefined) throw new Error(`no stanza in ${JSON.stringify(commands)}`);
  const { type, condition, text, address } = readStanzaError(stanza);
  return { attrs: stanza.attrs, type, condition, text, address };
};
export const statusIn = (commands: readonly Command[]) =>
  of(commands, 'sip.response.send')[0]?.response.status;

export const message = (changes: Partial<SipRequest> = {}): SipRequest => ({
  method: 'MESSAGE',
  requestUri: 'sip:alice@example.org',
  maxForwards: 70,
  vias: ['SIP/2.0/UDP 127.0.0.1;branch=z9hG4bKabc'],
  from: { uri: 'sip:romeo@example.net', params: { tag: 'r' } },
  to: { uri: 'sip:alice@example.org', params: {} },
  callId: 'call-1',
  cseq: { number: 1, method: 'MESSAGE' },
  contacts: [],
  recordRoutes: [],
  headers: {},
  body: { contentType: 'text/plain', content: 'Hi', encoding: 'utf8' },
  ...changes,
});
export const withBody = (content: string, contentType = 'text/plain', encoding: 'utf8' | 'base64' = 'utf8') =>
  message({ body: { contentType, content, encoding } });
export const withHeaders = (headers: Record<string, string[]>) => message({ headers });
