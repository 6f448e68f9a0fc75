/**
 * A way for text to an XMPP server and back, whatever it goes over.
 */

export interface Wire {
  /** `done` once the kernel has it, or never will. */
  write(text: string, done: (cause?: Error) => void): void;
  /** Bytes that wait for the kernel. */
  readonly unsent: number;
  /** Nothing more will be written. */
  end(): void;
  /** At once; `closed` may follow. */
  destroy(): void;
}

/** address: the server does not serve the domain; ended: it said something that cannot be gone on from. */
export type WireFault = 'transport' | 'tls' | 'address' | 'shutdown' | 'ended';

export interface WireListener {
  /** May be written to; encrypted, where it is to be. */
  connected(): void;
  /** Over TCP any piece of the stream, surrogate pairs whole; over WebSocket one frame. */
  text(text: string): void;
  /** Nothing more comes. */
  closed(fault: WireFault): void;
}

export interface Place {
  /** Checked. */
  readonly url: string;
  /** Of the account: what the certificate must name. RFC 6120 §13.7.2.1. */
  readonly domain: string;
  /** Whether it may go on where the server offers no STARTTLS. */
  readonly mayBePlain: boolean;
  /** Authorities, PEM; those that Node trusts when absent. */
  readonly ca?: string;
  /** Longest element that is read. */
  readonly maxBytes: number;
}
