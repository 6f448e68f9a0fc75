/**
 * How large a SIP message may be before it is refused. Applies to datagrams and streams alike.
 */
export interface SipLimits {
  /** Whole message, head and body. */
  readonly maxBytes: number;
  /** From the start line to the empty line. */
  readonly maxHeadBytes: number;
  /** One header line, folded lines joined. */
  readonly maxLineChars: number;
  /** Header lines. */
  readonly maxHeaders: number;
  readonly maxVias: number;
  /** Elements of one list header (Contact, Record-Route). */
  readonly maxListElements: number;
  readonly maxUriChars: number;
}

export const DEFAULT_SIP_LIMITS: SipLimits = {
  maxBytes: 65_535,
  maxHeadBytes: 32_768,
  maxLineChars: 8_192,
  maxHeaders: 256,
  maxVias: 70,
  maxListElements: 64,
  maxUriChars: 2_048,
};
