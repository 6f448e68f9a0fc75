import type { XmlElement } from '@stoxgate/contracts';
import { fault, type MediaResult, type MediaState, type SdpContext, type SdpMapped } from './media-state.ts';

/** SDP answer for a session-accept. First version: refuses everything. */
export function answerFromJingle(
  _jingle: XmlElement,
  _media: MediaState,
  _context: SdpContext,
): MediaResult<SdpMapped> {
  return fault('no-usable-media', 'media is not mapped yet');
}
