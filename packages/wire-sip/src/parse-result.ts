/**
 * What parsing one message yields.
 */
import type { SipRequest, SipResponse } from '@stoxgate/contracts';
import type { ParseFault } from './fault.ts';
import type { Via } from './via.ts';

/** `topVia` is the parsed first entry of `message.vias`. */
export type ParseResult =
  | { readonly ok: true; readonly kind: 'request'; readonly message: SipRequest; readonly topVia: Via }
  | { readonly ok: true; readonly kind: 'response'; readonly message: SipResponse; readonly topVia: Via }
  | { readonly ok: false; readonly fault: ParseFault };
