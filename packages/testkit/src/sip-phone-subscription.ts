/**
 * A subscription that the scripted phone made: its dialog, and the notifications in it. RFC 6665 §4.1.
 */
import type { SipHeaders } from '@stoxgate/contracts';
import { PhoneDialog, type SendOptions } from './sip-phone-dialog.ts';
import type { PhoneRequest, RequestHost } from './sip-phone-request.ts';
import type { SentRequest } from './sip-phone-transaction.ts';

export interface SubscribeOptions {
  /** `presence` by default. */
  readonly event?: string;
  /** Seconds; absent: the notifier chooses. */
  readonly expires?: number;
  readonly headers?: SipHeaders;
}

/** A notification that was answered. */
export interface Notification {
  readonly request: PhoneRequest['request'];
  /** `active`, `pending` or `terminated`. */
  readonly state: string;
  /** `;reason=timeout` and the like. */
  readonly params: Readonly<Record<string, string>>;
  /** Empty: it had none. */
  readonly body: string;
}

/** Headers of a SUBSCRIBE; a name that `headers` has as an empty list is left out. */
export const subscribeHeaders = ({
  event = 'presence',
  expires,
  headers,
}: SubscribeOptions): NonNullable<SendOptions['headers']> => ({
  event: [event],
  accept: ['application/pidf+xml'],
  ...(expires === undefined ? {} : { expires: [String(expires)] }),
  ...headers,
});

/** What a NOTIFY says of the subscription. */
export function notificationOf(request: PhoneRequest['request']): Notification {
  const [state = '', ...params] = (request.headers['subscription-state']?.[0] ?? '').split(';');
  return {
    request,
    state: state.trim(),
    params: Object.fromEntries(params.map((param) => param.trim().split('=', 2) as [string, string])),
    body: request.body?.content ?? '',
  };
}

export class PhoneSubscription {
  readonly subscribe: SentRequest;
  readonly #host: RequestHost;
  readonly #options: SubscribeOptions;
  #dialog: PhoneDialog | undefined;

  constructor(host: RequestHost, subscribe: SentRequest, options: SubscribeOptions) {
    this.subscribe = subscribe;
    this.#host = host;
    this.#options = options;
    subscribe.onResponse((response) => {
      if (response.status >= 300 || response.status < 200 || this.#dialog !== undefined) return;
      const { request } = subscribe;
      this.#dialog = new PhoneDialog(host, {
        callId: request.callId,
        local: request.from,
        remote: response.to,
        remoteTarget: response.contacts[0]?.uri ?? response.to.uri,
        routes: [...response.recordRoutes].reverse(),
        localCseq: request.cseq,
      });
      host.addDialog(this.#dialog);
    });
  }

  get callId(): string {
    return this.subscribe.request.callId;
  }

  /** Throws before the 2xx. */
  get dialog(): PhoneDialog {
    if (this.#dialog === undefined) throw new Error(`subscription ${this.callId} has no dialog yet`);
    return this.#dialog;
  }

  /** The next NOTIFY, come or still to come, for the script to answer. */
  nextNotify(timeoutMs?: number): Promise<PhoneRequest> {
    return this.#host.nextRequest('NOTIFY', timeoutMs, this.callId);
  }

  /** The next notification; it is answered with 200. */
  async notified(timeoutMs?: number): Promise<Notification> {
    const notify = await this.nextNotify(timeoutMs);
    notify.respond(200);
    return notificationOf(notify.request);
  }

  /** Subscribes again in the dialog; 0 ends the subscription. */
  refresh(expires: number, headers: SipHeaders = {}): SentRequest {
    return this.dialog.send('SUBSCRIBE', {
      headers: subscribeHeaders({
        ...this.#options,
        expires,
        headers: { ...this.#options.headers, ...headers },
      }),
    });
  }
}
