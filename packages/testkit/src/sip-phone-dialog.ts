/**
 * A dialog of the scripted phone: what it must remember to send requests inside it. RFC 3261 §12.
 */
import type { NameAddr, OutgoingSipRequest, SipBody, SipHeaders } from '@stoxgate/contracts';
import { parseNameAddr, parseSipUri } from '@stoxgate/wire-sip';
import { PHONE_SDP } from './sip-phone-sdp.ts';
import { matchesStatus, type SentRequest } from './sip-phone-transaction.ts';
import type { Endpoint } from './sip-phone-transport.ts';

export interface SendOptions {
  /** Session description as body; true: the phone's own. */
  readonly sdp?: string | true;
  /** Text is SDP for INVITE, UPDATE and ACK, else plain text. */
  readonly body?: string | SipBody | undefined;
  readonly headers?: SipHeaders;
}

/** What the phone does for its dialogs. */
export interface DialogHost {
  send(request: OutgoingSipRequest, to?: Endpoint): SentRequest;
  /** ACK to a 2xx: a request without a transaction. */
  sendAck(request: OutgoingSipRequest, to?: Endpoint): void;
}

export interface DialogState {
  readonly callId: string;
  readonly local: NameAddr;
  readonly remote: NameAddr;
  readonly remoteTarget: string;
  /** Route set, nearest first. */
  readonly routes: readonly string[];
  readonly localCseq: number;
}

const SDP_METHODS = new Set(['INVITE', 'UPDATE', 'ACK', 'PRACK']);
const MAX_FORWARDS = 70;
const IPV4 = /^[0-9.]+$/;
const DEFAULT_PORT = 5060;

/** The body that the options ask for. */
export function bodyOf({ sdp, body }: SendOptions, method: string): SipBody | undefined {
  if (sdp !== undefined) {
    return { contentType: 'application/sdp', content: sdp === true ? PHONE_SDP : sdp, encoding: 'utf8' };
  }
  if (typeof body !== 'string') return body;
  const contentType = SDP_METHODS.has(method) ? 'application/sdp' : 'text/plain';
  return { contentType, content: body, encoding: 'utf8' };
}

/** Where the next hop listens when its URI names an IPv4 address; undefined: by the phone's own proxy. */
function endpointOf(uri: string): Endpoint | undefined {
  const parsed = parseSipUri(uri);
  if (parsed === undefined || !IPV4.test(parsed.host)) return undefined;
  return { host: parsed.host, port: parsed.port ?? DEFAULT_PORT };
}

export class PhoneDialog {
  readonly #host: DialogHost;
  readonly callId: string;
  readonly local: NameAddr;
  readonly remote: NameAddr;
  readonly routes: readonly string[];
  remoteTarget: string;
  #localCseq: number;

  constructor(host: DialogHost, state: DialogState) {
    this.#host = host;
    this.callId = state.callId;
    this.local = state.local;
    this.remote = state.remote;
    this.routes = state.routes;
    this.remoteTarget = state.remoteTarget;
    this.#localCseq = state.localCseq;
  }

  /** Sends a request inside the dialog, with the next CSeq. */
  send(method: string, options: SendOptions = {}): SentRequest {
    this.#localCseq += 1;
    return this.#host.send(this.#request(method, this.#localCseq, options), this.#nextHop());
  }

  /** Sends an INVITE inside the dialog; each 2xx to it is acknowledged (RFC 3261 §14.1). */
  reinvite(options: SendOptions = {}, ackOptions: SendOptions = {}): SentRequest {
    const sent = this.send('INVITE', options);
    sent.onResponse(({ status }) => {
      if (matchesStatus(status, '2xx')) this.ack(sent.request.cseq, ackOptions);
    });
    return sent;
  }

  /** Sends the ACK to a 2xx for the INVITE numbered `cseq`. */
  ack(cseq: number, options: SendOptions = {}): void {
    this.#host.sendAck(this.#request('ACK', cseq, options), this.#nextHop());
  }

  #nextHop(): Endpoint | undefined {
    const route = this.routes[0];
    return endpointOf(route === undefined ? this.remoteTarget : (parseNameAddr(route)?.uri ?? ''));
  }

  #request(method: string, cseq: number, options: SendOptions): OutgoingSipRequest {
    return {
      method,
      requestUri: this.remoteTarget,
      routes: [...this.routes],
      from: this.local,
      to: this.remote,
      callId: this.callId,
      cseq,
      maxForwards: MAX_FORWARDS,
      headers: options.headers ?? {},
      body: bodyOf(options, method),
    };
  }
}
