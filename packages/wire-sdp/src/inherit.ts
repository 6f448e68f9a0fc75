/**
 * Session-level attributes hold for every m-line that has none of its own (RFC 8866 §5.13, 8839 §5.4, 8122 §5, 8285 §5).
 */
import type { MediaDescription, SessionDescription } from './session-description.ts';

/**
 * The m-line with all that it inherits: connection, direction (`sendrecv` when nobody says), ICE credentials and
 * options, fingerprints, setup, header extensions. Credentials go together: an own ufrag takes no session password.
 */
export function inheritMedia(session: SessionDescription, media: MediaDescription): MediaDescription {
  const credentials = media.iceUfrag === undefined && media.icePwd === undefined ? session : media;
  return {
    ...media,
    connection: media.connection ?? session.connection,
    direction: media.direction ?? session.direction ?? 'sendrecv',
    iceUfrag: credentials.iceUfrag,
    icePwd: credentials.icePwd,
    iceOptions: [...new Set([...session.iceOptions, ...media.iceOptions])],
    fingerprints: media.fingerprints.length > 0 ? media.fingerprints : session.fingerprints,
    setup: media.setup ?? session.setup,
    extmaps: media.extmaps.length > 0 ? media.extmaps : session.extmaps,
    extmapAllowMixed: media.extmapAllowMixed || session.extmapAllowMixed,
  };
}
