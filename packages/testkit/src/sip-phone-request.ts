/**
 * A request that the scripted phone received, to be answered by the script.
 */
import type { OutgoingSipResponse, SipRequest, SipResponse } from '@stoxgate/contracts';
import { reasonPhrase } from '@stoxgate/wire-sip';
import { bodyOf, type DialogHost, PhoneDialog, type SendOptions } from './sip-phone-dialog.ts';
import type { SentRequest } from './sip-phone-transaction.ts';

export interface RespondOptions extends SendOptions {
  readonly reason?: string;
  /** Tag to put in To, when the request had none; by default one the phone made for this request. */
  readonly toTag?: string;
}

export interface RequestHost extends DialogHost {
  respond(request: PhoneRequest, response: OutgoingSipResponse): void;
  /** The dialog that a request with a To tag belongs to. */
  dialogOf(request: SipRequest): PhoneDialog | undefined;
  addDialog(dialog: PhoneDialog): void;
  nextRequest(method: string, timeoutMs: number | undefined, callId: string): Promise<PhoneRequest>;
}

export class PhoneRequest {
  readonly request: SipRequest;
  /** The dialog it came in, or the one that the answer made. */
  dialog: PhoneDialog | undefined;
  readonly #host: RequestHost;
  readonly #tag: string;

  constructor(host: RequestHost, request: SipRequest, tag: string) {
    this.#host = host;
    this.request = request;
    this.#tag = tag;
    this.dialog = host.dialogOf(request);
  }

  /** Answers. 101–299 to an INVITE or SUBSCRIBE without a To tag makes a dialog. Text as body is SDP for INVITE. */
  respond(status: number, options: RespondOptions = {}): void {
    const { request } = this;
    const { tag = status === 100 ? undefined : (options.toTag ?? this.#tag) } = request.to.params;
    const to = tag === undefined ? request.to : { ...request.to, params: { ...request.to.params, tag } };
    const response: OutgoingSipResponse = {
      status,
      reason: options.reason ?? reasonPhrase(status),
      vias: request.vias,
      from: request.from,
      to,
      callId: request.callId,
      cseq: request.cseq,
      recordRoutes: request.recordRoutes,
      headers: options.headers ?? {},
      body: bodyOf(options, request.method),
    };
    if (status > 100 && status < 300) this.#establish(response);
    this.#host.respond(this, response);
  }

  #establish({ to }: OutgoingSipResponse): void {
    const { request } = this;
    const target = request.contacts[0]?.uri;
    if (this.dialog?.local.params.tag === to.params.tag) {
      if (this.dialog !== undefined && target !== undefined) this.dialog.remoteTarget = target;
    } else if (request.method === 'INVITE' || request.method === 'SUBSCRIBE') {
      this.dialog = new PhoneDialog(this.#host, {
        callId: request.callId,
        local: to,
        remote: request.from,
        remoteTarget: target ?? request.from.uri,
        routes: request.recordRoutes,
        localCseq: 0,
      });
      this.#host.addDialog(this.dialog);
    }
  }

  /** Sends a request in the dialog. Throws when there is none: the script answered with no 1xx or 2xx. */
  send(method: string, options: SendOptions = {}): SentRequest {
    if (this.dialog === undefined)
      throw new Error(`${this.request.method} made no dialog to send ${method} in`);
    return this.dialog.send(method, options);
  }

  /** Sends another INVITE in the dialog, and the ACK to its 2xx. */
  reinvite(options: SendOptions = {}, ackOptions: SendOptions = {}): SentRequest {
    if (this.dialog === undefined) throw new Error(`${this.request.method} made no dialog to re-INVITE in`);
    return this.dialog.reinvite(options, ackOptions);
  }

  /** Hangs up; resolves with the final response. */
  bye(options: SendOptions = {}): Promise<SipResponse> {
    return this.send('BYE', options).waitFor('final');
  }

  /** The next request of this call, for example its ACK. */
  nextRequest(method: string, timeoutMs?: number): Promise<PhoneRequest> {
    return this.#host.nextRequest(method, timeoutMs, this.request.callId);
  }
}
