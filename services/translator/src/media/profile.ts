/**
 * RTP profiles: the transport protocol of an m-line, for which Jingle has no word.
 * XEP-0167 §5, XEP-0293 §5; RFC 3551, 3711, 4585, 5124, 5764.
 */
import type { MediaDescription } from '@stoxgate/wire-sdp';
import type { TransportKind } from './media-state.ts';

const RTP_OVER_UDP = /^(?:RTP\/S?AVPF?|UDP\/TLS\/RTP\/SAVPF?)$/i;

/** Whether `protocol` is RTP over UDP, the only kind that Jingle RTP contents can stand for. */
export const isRtpProtocol = (protocol: string): boolean => RTP_OVER_UDP.test(protocol);

export const isSecureProfile = (protocol: string): boolean => /SAVPF?$/i.test(protocol);
export const isFeedbackProfile = (protocol: string): boolean => /AVPF$/i.test(protocol);

/**
 * `auto`: what the content calls for. `avp`: no profile with feedback, for peers that refuse what they do not know.
 * `webrtc`: DTLS-SRTP with feedback whatever the content has, as mod_jingle_sip wrote it. `savpf`: as `auto`, but
 * DTLS-SRTP in the spelling from before RFC 5764, for peers that know no other.
 */
export type ProfileMode = 'auto' | 'avp' | 'webrtc' | 'savpf';

/** Whether keys that need not be used make the profile a secure one, or stand in a plain offer that may be answered without. */
export type OptionalKeys = 'savp' | 'avp';

export interface ProfileChoice {
  readonly mode?: ProfileMode | undefined;
  readonly optionalKeys?: OptionalKeys | undefined;
}

/**
 * Protocol of an offer: DTLS-SRTP with a fingerprint, SRTP with keys, else plain; with feedback where there is any.
 * `mustEncrypt`: the keys are required (XEP-0167 §7).
 */
export function offeredProtocol(
  media: Pick<MediaDescription, 'fingerprints' | 'cryptos' | 'rtcpFeedbacks'>,
  transport: TransportKind,
  mustEncrypt = false,
  { mode = 'auto', optionalKeys = 'savp' }: ProfileChoice = {},
): string {
  if (mode === 'webrtc') return 'UDP/TLS/RTP/SAVPF';
  const feedback = media.rtcpFeedbacks.length > 0 && mode !== 'avp';
  if (media.fingerprints.length > 0) {
    const withFeedback = (feedback || transport === 'ice-udp') && mode !== 'avp';
    return `${mode === 'savpf' ? '' : 'UDP/TLS/'}RTP/SAVP${withFeedback ? 'F' : ''}`;
  }
  const secure = media.cryptos.length > 0 && (mustEncrypt || optionalKeys === 'savp');
  return `RTP/${secure ? 'SAVP' : 'AVP'}${feedback ? 'F' : ''}`;
}
