/**
 * The gateway's configuration in a flow: one for all, with what `set` lines change.
 */
import type { NumberRules } from '@stoxgate/addressing';
import type { TranslatorPolicy } from '@stoxgate/translator';
import { durationOf } from './flow-file.ts';

const DEFAULTS: TranslatorPolicy = {
  addresses: {
    xmppDomains: ['example.org', 'example.com'],
    components: [{ domain: 'example.net', sipDomain: 'example.net' }],
  },
  sdpOrigin: '192.0.2.1',
  ringTimeoutMs: 180_000,
  iqTimeoutMs: 30_000,
  probeTimeoutMs: 2_000,
  reasonProfile: 'mongoose',
  use6xx: false,
  cancelReason: 'decline',
  trickle: 'info_sdp',
  dtmf: 'info',
  offerDelta: 'auto',
  holdAs: 'auto',
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
  delayedOfferCodecs: ['PCMA/8000', 'PCMU/8000', 'telephone-event/8000'],
  delayedOfferVideoCodecs: [],
  delayedOfferTransport: 'raw-udp',
  sessionExpiresMs: 1_800_000,
  emitRtcpCandidate: false,
  profileMode: 'auto',
  optionalKeys: 'savp',
  sendersMap: 'role',
  noIcePolicy: 'raw-udp',
  dataChannels: false,
  provisionalFrom: 'auto',
  passthrough: 'element',
  mediaRelay: 'none',
  relayFragments: false,
  jmi: 'auto',
  initTieBreak: false,
  wakeOffline: false,
  jmiProceed: 'answer-first',
  caps: { phone: 'phone-ver', gateways: { 'example.net': 'gateway-ver' } },
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
  hasChats: true,
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
  hasCredentials: false,
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

/** Dial rules by name, for `set numbers NAME`. */
const NUMBERS: Readonly<Record<string, NumberRules>> = {
  office: {
    dialplan: [
      { match: '00(?=[1-9])', replace: '+' },
      { match: '0(?=[1-9])', replace: '+49' },
      { match: '\\+1900', refuse: true },
      { match: '(\\+\\d+)$', replace: '$1@trunk.example', direction: 'to_sip' },
    ],
    phones: [{ username: 'juliet', phone: '+4930111' }],
    hosts: ['trunk.example'],
    callerHost: 'trunk.example',
  },
};

function settingOf(text: string): string | number | boolean {
  if (text === 'true' || text === 'false') return text === 'true';
  return durationOf(text) ?? (/^\d+$/.test(text) ? Number(text) : text);
}

/** `set reasonProfile rich`, `set ringTimeoutMs 30s`, `set phones.watchDialogs true`. Throws on a name that does not exist. */
export function policyOf(settings: ReadonlyMap<string, string>): TranslatorPolicy {
  const policy: Record<string, unknown> = { ...DEFAULTS };
  for (const [name, text] of settings) {
    const inner = /^phones\.(.+)$/.exec(name)?.[1];
    if (inner !== undefined && inner in DEFAULTS.phones) {
      policy.phones = { ...(policy.phones as object), [inner]: settingOf(text) };
      continue;
    }
    if (name === 'numbers' && NUMBERS[text] !== undefined) {
      policy.addresses = { ...DEFAULTS.addresses, numbers: NUMBERS[text] };
      continue;
    }
    if (name === 'intercepted') {
      const intercepted = text.split(',').map((domain) => ({ domain, component: 'example.net' }));
      policy.addresses = { ...DEFAULTS.addresses, intercepted };
      continue;
    }
    if (!(name in DEFAULTS) || name === 'addresses' || name === 'caps')
      throw new Error(`set ${name}: there is no such setting`);
    policy[name] = Array.isArray(policy[name]) ? text.split(',') : settingOf(text);
  }
  return policy as unknown as TranslatorPolicy;
}
