/**
 * A call that the scripted phone made.
 */
import type { SipResponse } from '@stoxgate/contracts';
import { PhoneDialog, type SendOptions } from './sip-phone-dialog.ts';
import type { PhoneRequest, RequestHost } from './sip-phone-request.ts';
import { matchesStatus, type SentRequest, type StatusPattern } from './sip-phone-transaction.ts';

export interface CallHost extends RequestHost {
  cancel(invite: SentRequest): SentRequest;
}

export class PhoneCall {
  readonly invite: SentRequest;
  readonly #host: CallHost;
  /** By remote tag: a forked call has several. */
  readonly #dialogs = new Map<string, PhoneDialog>();
  readonly #acks = new Map<string, SendOptions>();

  constructor(host: CallHost, invite: SentRequest) {
    this.#host = host;
    this.invite = invite;
    invite.onResponse((response) => this.#receive(response));
  }

  get callId(): string {
    return this.invite.request.callId;
  }

  /** All responses to the INVITE so far. */
  get responses(): readonly SipResponse[] {
    return this.invite.responses;
  }

  #receive(response: SipResponse): void {
    const tag = response.to.params.tag;
    if (response.status <= 100 || response.status >= 300 || tag === undefined) return;
    const target = response.contacts[0]?.uri;
    const dialog = this.#dialogs.get(tag);
    if (dialog === undefined) {
      const { request } = this.invite;
      const made = new PhoneDialog(this.#host, {
        callId: request.callId,
        local: request.from,
        remote: response.to,
        remoteTarget: target ?? response.to.uri,
        routes: [...response.recordRoutes].reverse(),
        localCseq: request.cseq,
      });
      this.#dialogs.set(tag, made);
      this.#host.addDialog(made);
    } else if (target !== undefined) {
      dialog.remoteTarget = target;
    }
    const ack = this.#acks.get(tag);
    // RFC 3261 §13.2.2.4: a repeated 2xx is answered by the same ACK.
    if (ack !== undefined && response.status >= 200)
      this.#dialogs.get(tag)?.ack(this.invite.request.cseq, ack);
  }

  /** The first response like `pattern` to the INVITE, come or still to come. */
  waitFor(pattern: StatusPattern, timeoutMs?: number): Promise<SipResponse> {
    return this.invite.waitFor(pattern, timeoutMs);
  }

  /** The dialog of `response`; by default of the first 2xx, else of the first provisional response with a tag. */
  dialog(response?: SipResponse): PhoneDialog {
    const chosen =
      response ??
      this.responses.find(({ status }) => matchesStatus(status, '2xx')) ??
      this.responses.find(({ status, to }) => status > 100 && to.params.tag !== undefined);
    const dialog = this.#dialogs.get(chosen?.to.params.tag ?? '');
    if (dialog === undefined) throw new Error(`call ${this.callId} has no dialog yet`);
    return dialog;
  }

  /** Acknowledges the 2xx (the first, or `options.response`); repeated 2xx are then acknowledged alike. */
  ack(options: SendOptions & { readonly response?: SipResponse } = {}): void {
    const dialog = this.dialog(options.response);
    this.#acks.set(dialog.remote.params.tag ?? '', options);
    dialog.ack(this.invite.request.cseq, options);
  }

  /** Sends a request in the dialog of the call. */
  send(method: string, options: SendOptions = {}): SentRequest {
    return this.dialog().send(method, options);
  }

  /** Sends another INVITE in the dialog, and the ACK to its 2xx. */
  reinvite(options: SendOptions = {}, ackOptions: SendOptions = {}): SentRequest {
    return this.dialog().reinvite(options, ackOptions);
  }

  /** Hangs up; resolves with the final response. */
  bye(options: SendOptions = {}): Promise<SipResponse> {
    return this.send('BYE', options).waitFor('final');
  }

  /**
   * Cancels the INVITE once it has been answered provisionally (RFC 3261 §9.1); resolves with the final response to the
   * CANCEL. The INVITE itself then ends in 487 or what the race brings.
   */
  async cancel(timeoutMs?: number): Promise<SipResponse> {
    await this.invite.waitFor('1xx', timeoutMs);
    return this.#host.cancel(this.invite).waitFor('final', timeoutMs);
  }

  /** The next request of this call from the other side. */
  nextRequest(method: string, timeoutMs?: number): Promise<PhoneRequest> {
    return this.#host.nextRequest(method, timeoutMs, this.callId);
  }
}
