/**
 * Session-level attributes hold for every m-line that has none of its own (RFC 8866 §5.13, 8839 §5.4, 8122 §5, 8285 §5).
 */
import type { MediaDescription, SessionDescription } from './session-description.ts';

/**
 * The m-line with all that it inherits: connection, direction (`sendrecv` when nobody says), ICE credentials and
 * options, fingerprints, setup, header extensions. Credentials go together: an own ufrag takes no session password.
 */
export function inheritMedia(session: SessionDescription, media: MediaDescription): MediaDescription {
  const connection = media.connection ?? session.connection;
  const credentials = media.iceUfrag === undefined && media.icePwd === undefined ? session : media;
  const fingerprints = media.fingerprints.length > 0 ? media.fingerprints : session.fingerprints;
  const setup = media.setup ?? session.setup;
  return {
    ...media,
    ...(connection && { connection }),
    direction: media.direction ?? session.direction ?? 'sendrecv',
    ...(credentials.iceUfrag !== undefined && { iceUfrag: credentials.iceUfrag }),
    ...(credentials.icePwd !== undefined && { icePwd: credentials.icePwd }),
    iceOptions: [...new Set([...session.iceOptions, ...media.iceOptions])],
    fingerprints,
    ...(setup && { setup }),
    extmaps: media.extmaps.length > 0 ? media.extmaps : session.extmaps,
    extmapAllowMixed: media.extmapAllowMixed || session.extmapAllowMixed,
  };
}
