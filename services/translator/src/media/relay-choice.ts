/**
 * Whether the media of a call go through a relay.
 */
import type { TranslatorPolicy } from '../policy.ts';
import { takesOf } from './relayed-description.ts';

/**
 * `auto`: where the ends of a call have nothing in common. Clients of XMPP find each other by ICE and encrypt by DTLS,
 * phones do neither; who offers more than that on the SIP side, or less on the XMPP side, is taken at its word.
 */
export function isRelayed(policy: TranslatorPolicy, from: 'xmpp' | 'sip', offer: string): boolean {
  if (policy.mediaRelay !== 'auto') return policy.mediaRelay === 'rtpengine';
  const takes = takesOf(offer);
  return from === 'xmpp' ? takes === 'webrtc' || takes === 'rtp-ice' : takes === 'rtp' || takes === 'srtp';
}
