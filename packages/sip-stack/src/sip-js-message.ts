/**
 * Our messages as the transactions of sip.js want them: only what those classes read, so a message costs one small
 * object. Whole messages pass through sip.js unread, as opaque text.
 */
import type { OutgoingSipRequest } from '@stoxgate/contracts';
import { formatNameAddr } from '@stoxgate/wire-sip';
import { LoggerFactory } from 'sip.js/lib/core/log/logger-factory.js';
import { IncomingRequestMessage } from 'sip.js/lib/core/messages/incoming-request-message.js';
import { IncomingResponseMessage } from 'sip.js/lib/core/messages/incoming-response-message.js';
import type { OutgoingRequestMessage } from 'sip.js/lib/core/messages/outgoing-request-message.js';

/** One logger factory for all transactions. It stays silent: what matters comes back by callbacks. */
export const SILENT = new LoggerFactory();
SILENT.builtinEnabled = false;
SILENT.level = 0;

/** Bytes as the text type of sip.js, which hands them from its caller to its transport without looking. */
export const opaque = (bytes: Uint8Array): string => bytes as unknown as string;

/** The bytes again; sip.js itself writes only the ACK to a failure, as text. */
export const bytesOf = (message: string): Uint8Array =>
  typeof message === 'string' ? Buffer.from(message) : (message as Uint8Array);

/** A received request as a server transaction sees it. */
export function receivedRequest(method: string, key: string): IncomingRequestMessage {
  const message = new IncomingRequestMessage();
  message.method = method;
  message.viaBranch = key;
  return message;
}

/** A received response as a client transaction sees it; `to` is the To value, copied into the ACK to a failure. */
export class ReceivedResponse extends IncomingResponseMessage {
  readonly #to: string;

  constructor(status: number, to: string, toTag: string) {
    super();
    this.statusCode = status;
    this.toTag = toTag;
    this.#to = to;
  }

  override getHeader(name: string): string | undefined {
    return name === 'to' ? this.#to : undefined;
  }
}

/** A request of ours as it went out. */
export interface SentRequest {
  readonly request: OutgoingSipRequest;
  readonly branch: string;
  readonly via: string;
  readonly bytes: Uint8Array;
}

/** An INVITE as its client transaction sees it: bytes, and what an ACK to a failure is built from (RFC 3261 §17.1.1.3). */
class SentInvite {
  readonly method = 'INVITE';
  readonly branch: string;
  readonly ruri: string;
  readonly callId: string;
  readonly cseq: number;
  readonly #sent: SentRequest;

  constructor(sent: SentRequest) {
    const { requestUri, callId, cseq } = sent.request;
    this.branch = sent.branch;
    this.ruri = requestUri;
    this.callId = callId;
    this.cseq = cseq;
    this.#sent = sent;
  }

  /** The Via stands in the bytes already; the branch that sip.js draws is not used. */
  setViaHeader(): void {}

  getHeader(name: string): string | undefined {
    const { via, request } = this.#sent;
    if (name === 'via') return via;
    if (name === 'from') return formatNameAddr(request.from);
    // sip.js copies one Route value only: all of them, as one list, keep the ACK on the path of its INVITE.
    return name === 'route' && request.routes.length > 0 ? request.routes.join(', ') : undefined;
  }

  toString(): string {
    return opaque(this.#sent.bytes);
  }
}

export const sentInvite = (sent: SentRequest): OutgoingRequestMessage =>
  new SentInvite(sent) as unknown as OutgoingRequestMessage;
