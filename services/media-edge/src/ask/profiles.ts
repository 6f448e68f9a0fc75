/**
 * What each profile of a description is to the relay. RFC 3551, RFC 4568, RFC 8445, RFC 5764, RFC 5761.
 */
import type { MediaProfile } from '@stoxgate/contracts';

export interface ProfileFields {
  readonly 'transport-protocol': string;
  readonly ICE: 'remove' | 'force';
  readonly DTLS?: 'off';
  readonly SDES?: readonly ['off'];
  readonly 'rtcp-mux': readonly string[];
}

/** Fields of an offer to an end that takes `profile`. */
export const OFFERED: Readonly<Record<MediaProfile, ProfileFields>> = {
  rtp: { 'transport-protocol': 'RTP/AVP', ICE: 'remove', DTLS: 'off', SDES: ['off'], 'rtcp-mux': ['demux'] },
  srtp: { 'transport-protocol': 'RTP/SAVP', ICE: 'remove', DTLS: 'off', 'rtcp-mux': ['demux'] },
  'rtp-ice': {
    'transport-protocol': 'RTP/AVP',
    ICE: 'force',
    DTLS: 'off',
    SDES: ['off'],
    'rtcp-mux': ['offer'],
  },
  webrtc: {
    'transport-protocol': 'UDP/TLS/RTP/SAVPF',
    ICE: 'force',
    SDES: ['off'],
    'rtcp-mux': ['offer', 'require'],
  },
};

export const hasIce = (profile: MediaProfile): boolean => OFFERED[profile].ICE === 'force';
