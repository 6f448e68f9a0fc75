import { fault, type JingleMapped, type MediaResult, type SdpContext } from './media-state.ts';

/** Contents of a session-initiate for an SDP offer. First version: refuses everything. */
export function jingleFromOffer(_sdp: string, _context: SdpContext): MediaResult<JingleMapped> {
  return fault('no-usable-media', 'media is not mapped yet');
}
