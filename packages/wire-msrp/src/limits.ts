/**
 * How large a chunk of MSRP may be before it is refused.
 */
export interface MsrpLimits {
  /** From the start line to the empty line or the end-line. */
  readonly maxHeadBytes: number;
  /** Body of one chunk. */
  readonly maxBodyBytes: number;
  readonly maxHeaders: number;
  /** URIs of a path. */
  readonly maxPathUris: number;
  readonly maxUriChars: number;
}

export const DEFAULT_MSRP_LIMITS: MsrpLimits = {
  maxHeadBytes: 8_192,
  maxBodyBytes: 65_536,
  maxHeaders: 64,
  maxPathUris: 8,
  maxUriChars: 512,
};
