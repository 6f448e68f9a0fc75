/**
 * A back-to-back user agent for hairpin tests: each INVITE that comes is a new call, with a Call-ID and tags of its own,
 * back to the gateway; answers, ACK, CANCEL, BYE and all else are relayed between the two legs.
 */
import type { SipRequest } from '@stoxgate/contracts';
import { SipPhone, type SipPhoneOptions } from './sip-phone.ts';
import type { PhoneCall } from './sip-phone-call.ts';
import type { PhoneDialog, SendOptions } from './sip-phone-dialog.ts';
import type { PhoneLogEntry } from './sip-phone-log.ts';
import type { PhoneRequest } from './sip-phone-request.ts';
import type { SentRequest } from './sip-phone-transaction.ts';

/** A call through the proxy: what came, and the call that was made of it. */
export interface ProxiedCall {
  readonly incoming: PhoneRequest;
  readonly outgoing: PhoneCall;
}

export type SipProxyOptions = Pick<SipPhoneOptions, 'transport' | 'port' | 'target' | 'keepLog'>;

type Leg = 'incoming' | 'outgoing';

/** Headers of one leg that make sense on the other. */
const RELAYED = [
  'reason',
  'subject',
  'content-disposition',
  'warning',
  'retry-after',
  'info-package',
  'event',
];

function relayed({ headers, body }: Pick<SipRequest, 'headers' | 'body'>): SendOptions {
  const kept = Object.entries(headers).filter(([name]) => RELAYED.includes(name));
  return { headers: Object.fromEntries(kept), body };
}

/** Answers `request` with each response to `sent`. */
function relayResponses(sent: SentRequest, request: PhoneRequest): void {
  sent.onResponse((response) => {
    if (response.status === 100) return;
    request.respond(response.status, { ...relayed(response), reason: response.reason });
  });
}

export class SipProxy implements AsyncDisposable {
  readonly #phone: SipPhone;
  readonly #calls = new Map<string, { readonly call: ProxiedCall; readonly leg: Leg }>();
  /** 2xx to a re-INVITE that wait for the ACK of the other leg: by Call-ID of that leg and CSeq. */
  readonly #unacknowledged = new Map<string, { readonly dialog: PhoneDialog; readonly cseq: number }>();

  constructor(options: SipProxyOptions) {
    this.#phone = new SipPhone({
      ...options,
      user: 'proxy',
      onRequest: (request) => {
        this.#receive(request);
        return true;
      },
    });
  }

  /** Opens the socket. */
  start(): Promise<void> {
    return this.#phone.start();
  }

  get port(): number {
    return this.#phone.port;
  }

  get log(): readonly PhoneLogEntry[] {
    return this.#phone.log;
  }

  /** The calls so far, oldest first. */
  get calls(): readonly ProxiedCall[] {
    return [...this.#calls.values()].filter(({ leg }) => leg === 'incoming').map(({ call }) => call);
  }

  stop(): Promise<void> {
    return this.#phone.stop();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  #receive(request: PhoneRequest): void {
    const { method, to, callId } = request.request;
    const known = this.#calls.get(callId);
    if (method === 'CANCEL') this.#cancel(request, known?.call);
    else if (method === 'ACK') this.#acknowledge(request);
    else if (known !== undefined && to.params.tag !== undefined) this.#relay(request, known.call, known.leg);
    else if (to.params.tag !== undefined) request.respond(481);
    else if (method === 'INVITE') this.#bridge(request);
    else relayResponses(this.#phone.request(method, this.#outgoing(request.request)), request);
  }

  #outgoing(request: SipRequest) {
    const { from, to, requestUri } = request;
    const { tag: _replaced, ...params } = from.params;
    return { ...relayed(request), from: { ...from, params }, to, requestUri };
  }

  #bridge(incoming: PhoneRequest): void {
    const outgoing = this.#phone.invite(this.#outgoing(incoming.request));
    const call = { incoming, outgoing };
    this.#calls.set(incoming.request.callId, { call, leg: 'incoming' });
    this.#calls.set(outgoing.callId, { call, leg: 'outgoing' });
    incoming.respond(100);
    relayResponses(outgoing.invite, incoming);
  }

  #cancel(cancel: PhoneRequest, call: ProxiedCall | undefined): void {
    cancel.respond(call === undefined ? 481 : 200);
    // The outcome reaches the caller as the response to its INVITE.
    call?.outgoing.cancel().catch(() => undefined);
  }

  #acknowledge({ request }: PhoneRequest): void {
    const key = `${request.callId} ${request.cseq.number}`;
    const reinvite = this.#unacknowledged.get(key);
    const known = this.#calls.get(request.callId);
    if (reinvite !== undefined) {
      this.#unacknowledged.delete(key);
      reinvite.dialog.ack(reinvite.cseq, relayed(request));
    } else if (known?.leg === 'incoming') {
      known.call.outgoing.ack(relayed(request));
    }
  }

  #relay(request: PhoneRequest, call: ProxiedCall, from: Leg): void {
    const dialog = from === 'incoming' ? call.outgoing.dialog() : call.incoming.dialog;
    if (dialog === undefined) {
      request.respond(481);
      return;
    }
    const { method, callId, cseq } = request.request;
    const sent = dialog.send(method, relayed(request.request));
    if (method === 'INVITE') {
      sent.onResponse(({ status }) => {
        if (status >= 200 && status < 300) {
          this.#unacknowledged.set(`${callId} ${cseq.number}`, { dialog, cseq: sent.request.cseq });
        }
      });
    }
    relayResponses(sent, request);
  }
}

/** Starts the proxy on 127.0.0.1; `target` is the gateway. */
export async function startSipProxy(options: SipProxyOptions): Promise<SipProxy> {
  const proxy = new SipProxy(options);
  await proxy.start();
  return proxy;
}
