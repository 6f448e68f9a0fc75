import {
  fault,
  type JingleAnswerMapped,
  type MediaResult,
  type MediaState,
  type SdpContext,
} from './media-state.ts';

/** Contents of a session-accept for an SDP answer. First version: refuses everything. */
export function jingleFromAnswer(
  _sdp: string,
  _media: MediaState,
  _context: SdpContext,
): MediaResult<JingleAnswerMapped> {
  return fault('no-usable-media', 'media is not mapped yet');
}
