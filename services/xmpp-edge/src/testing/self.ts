import { gatewayInfo, phoneInfo } from '@stoxgate/wire-xmpp';
import type { Self } from '../local-answers.ts';

const ABILITIES = {
  isJmiSpoken: true,
  wantsAllCandidates: true,
  isRelayed: false,
  hasTransfers: true,
  hasDataChannels: false,
  hasReceipts: true,
  hasExternalServices: false,
};

/** A component sip.example.org for example.net that was started ninety seconds ago, for tests. */
export const SELF: Self = {
  map: {
    xmppDomains: ['example.org'],
    components: [{ domain: 'sip.example.org', sipDomain: 'example.net' }],
  },
  version: '1.2.3',
  phone: phoneInfo(ABILITIES),
  gateway: gatewayInfo(ABILITIES, true),
  externalServices: [],
  startedAt: Date.parse('2026-01-02T03:04:05Z') - 90_500,
  now: () => Date.parse('2026-01-02T03:04:05Z'),
};
