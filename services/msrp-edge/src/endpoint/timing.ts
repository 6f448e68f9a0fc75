/**
 * How long things may take. Tests make them short.
 */
export interface MsrpTiming {
  /** A request without a response has failed (RFC 4975 §7.1.1: 30 s). */
  readonly transactionMs: number;
  /** TCP and TLS handshake. */
  readonly connectMs: number;
  /** A connection that came in must have named a session by then. */
  readonly strangerMs: number;
  /** The other end of an open session must be known by then: an INVITE may ring so long. */
  readonly openMs: number;
  /** From then on the session must be bound. */
  readonly bindMs: number;
  /** Without traffic for so long, an empty SEND asks whether the other end is there. */
  readonly keepAliveMs: number;
  /** A message that came in part is forgotten. */
  readonly partialMs: number;
  readonly sweepMs: number;
}

export const MSRP_TIMING: MsrpTiming = {
  transactionMs: 30_000,
  connectMs: 5_000,
  strangerMs: 10_000,
  openMs: 300_000,
  bindMs: 32_000,
  keepAliveMs: 60_000,
  partialMs: 120_000,
  sweepMs: 1_000,
};
