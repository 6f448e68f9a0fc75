/**
 * What is said of a session as a whole and has no word in Jingle: attributes and bandwidths, carried through XMPP so that a
 * call that goes back to SIP loses nothing. RFC 8866 §5.8, §5.13.
 */
import type { XmlElement } from '@stoxgate/contracts';
import type { SessionDescription } from '@stoxgate/wire-sdp';
import { sessionBandwidthsFromJingle, sessionBandwidthsToJingle } from './bandwidth.ts';
import type { MediaState } from './media-state.ts';
import { type Passthrough, unknownFromJingle, unknownToJingle } from './unknown-attributes.ts';

/** Of a `<jingle/>`; what is not said is not there. */
export function sessionExtras(
  jingle: XmlElement,
  mode: Passthrough | undefined,
): Pick<MediaState, 'attributes' | 'bandwidths'> {
  const attributes = unknownFromJingle(jingle, mode);
  const bandwidths = sessionBandwidthsFromJingle(jingle, mode);
  return {
    ...(attributes.length === 0 ? {} : { attributes }),
    ...(bandwidths.length === 0 ? {} : { bandwidths }),
  };
}

/** Elements for a `<jingle/>`, beside its contents. */
export const sessionExtrasToJingle = (
  { attributes, bandwidths }: SessionDescription,
  mode: Passthrough | undefined,
): XmlElement[] => [...unknownToJingle(attributes, mode), ...sessionBandwidthsToJingle(bandwidths, mode)];
