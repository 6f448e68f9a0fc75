import type { XmlElement } from '@stoxgate/contracts';
import { fault, type MediaResult, type SdpContext, type SdpMapped } from './media-state.ts';

/** SDP offer for a session-initiate. First version: refuses everything. */
export function offerFromJingle(_jingle: XmlElement, _context: SdpContext): MediaResult<SdpMapped> {
  return fault('no-usable-media', 'media is not mapped yet');
}
