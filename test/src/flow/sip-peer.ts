/**
 * What a SIP participant of a flow remembers, so that a flow need not spell out every header: the dialog it is in, the
 * requests it got and sent.
 */
import type { CommandOf, NameAddr, SipRequest, SipResponse } from '@stoxgate/contracts';
import { parseNameAddr } from '@stoxgate/wire-sip';
import type { Participant } from './flow-file.ts';
import { readSipLines, type SipLines } from './sip-text.ts';

type Sent = CommandOf<'sip.request.send'>;

interface PeerDialog {
  readonly from: NameAddr;
  readonly to: NameAddr;
  readonly callId: string;
  readonly target: string;
  cseq: number;
}

const STATUS = /^(\d{3})\s+(.+?)(?:\s+to\s+([A-Z]+))?$/;
const REQUEST = /^([A-Z]+)(?:\s+(\S+))?$/;

function addressIn(lines: SipLines, name: string, otherwise: NameAddr): NameAddr {
  const text = lines.headers.get(name)?.[0];
  if (text === undefined) return otherwise;
  const parsed = parseNameAddr(text);
  if (parsed === undefined) throw new Error(`cannot read ${name}: ${text}`);
  return { ...parsed, params: { ...parsed.params } };
}

/** Requests whose 2xx makes a dialog. */
const OPENING = new Set(['INVITE', 'SUBSCRIBE']);
const WITH_CONTACT = new Set([...OPENING, 'UPDATE', 'NOTIFY']);

const REST = new Set(['from', 'to', 'contact', 'call-id', 'cseq', 'via', 'record-route', 'max-forwards']);

export class SipPeer {
  readonly #me: Participant;
  readonly #received: Sent[] = [];
  readonly #branches: string[] = [];
  #tag: string;
  #dialog: PeerDialog | undefined;
  #invite: SipRequest | undefined;
  #count = 0;

  constructor(me: Participant) {
    this.#me = me;
    this.#tag = me.name;
  }

  /** The gateway sent a request to this participant. */
  receive(command: Sent): void {
    this.#received.push(command);
  }

  /** The gateway answered a request of this participant. */
  heard(command: CommandOf<'sip.response.send'>): void {
    const { response } = command;
    if (!OPENING.has(response.cseq.method) || response.to.params.tag === undefined) return;
    if (this.#invite === undefined || this.#dialog !== undefined) return;
    this.#dialog = {
      from: this.#invite.from,
      to: response.to,
      callId: response.callId,
      target: `sip:${response.contact?.user ?? 'gw'}@gw`,
      cseq: response.cseq.number,
    };
  }

  /** Whether a response with these Vias answers a request of this participant. */
  sent(vias: readonly string[]): boolean {
    return this.#branches.some((branch) => vias[0]?.includes(branch));
  }

  /** The INVITE of this participant whose 2xx it did not acknowledge. */
  unacknowledged(): { callId: string; localTag: string; cseq: number } {
    if (this.#invite === undefined || this.#dialog === undefined)
      throw new Error(`${this.#me.name} got no 2xx`);
    const { callId, cseq } = this.#invite;
    return { callId, localTag: this.#dialog.to.params.tag ?? '', cseq: cseq.number };
  }

  #last(method: string | undefined): Sent {
    const sent = this.#received.findLast(({ request }) =>
      method === undefined ? request.method !== 'ACK' : request.method === method,
    );
    if (sent === undefined) throw new Error(`${this.#me.name} got no ${method ?? 'request'} to answer`);
    return sent;
  }

  /** The branch of the request of ours that failed. */
  failed(method: string | undefined): Sent {
    return this.#last(method);
  }

  #common(lines: SipLines, contact: NameAddr | undefined) {
    const entries = [...lines.headers].filter(([name]) => !REST.has(name));
    return {
      contacts:
        lines.headers.has('contact') || contact ? [addressIn(lines, 'contact', contact as NameAddr)] : [],
      recordRoutes: [...(lines.headers.get('record-route') ?? [])],
      headers: Object.fromEntries(entries.map(([name, values]) => [name, [...values]])),
      ...(lines.body === undefined ? {} : { body: lines.body }),
    };
  }

  get #contact(): NameAddr {
    return { uri: this.#me.address, params: {} };
  }

  #response(match: RegExpExecArray, lines: SipLines): { branch: string; response: SipResponse } {
    const status = Number(match[1]);
    const { branch, request } = this.#last(match[3]);
    const known = request.to.params.tag;
    const tag = known ?? (status === 100 ? undefined : this.#tag);
    const to = addressIn(lines, 'to', {
      uri: request.to.uri,
      params: tag === undefined ? {} : { tag },
    });
    if (OPENING.has(request.method) && known === undefined && to.params.tag !== undefined) {
      const target = `sip:${request.contact?.user ?? 'gw'}@gw`;
      this.#dialog = {
        from: to,
        to: request.from,
        callId: request.callId,
        target,
        cseq: this.#dialog?.cseq ?? 0,
      };
      this.#tag = to.params.tag;
    }
    const makesDialog = OPENING.has(request.method) && status > 100 && status < 300;
    const response: SipResponse = {
      status,
      reason: match[2] ?? '',
      vias: [],
      from: request.from,
      to,
      callId: request.callId,
      cseq: { number: request.cseq, method: request.method },
      ...this.#common(lines, makesDialog ? this.#contact : undefined),
    };
    return { branch, response };
  }

  #requestHead(method: string, uri: string | undefined, lines: SipLines) {
    if (uri !== undefined) {
      const from = { uri: this.#me.address, params: { tag: this.#me.name } };
      return { from, to: { uri, params: {} }, callId: `call-of-${this.#me.name}`, requestUri: uri, cseq: 1 };
    }
    if ((method === 'ACK' || method === 'CANCEL') && this.#invite !== undefined) {
      const { from, requestUri, callId, cseq } = this.#invite;
      const to = method === 'ACK' ? (this.#dialog?.to ?? this.#invite.to) : this.#invite.to;
      return { from, to, callId, requestUri, cseq: cseq.number };
    }
    const dialog = this.#dialog;
    if (dialog === undefined) throw new Error(`${this.#me.name} is in no dialog: ${method} needs a URI`);
    if (!lines.headers.has('cseq')) dialog.cseq++;
    return { ...dialog, requestUri: dialog.target };
  }

  #request(method: string, uri: string | undefined, lines: SipLines): SipRequest {
    const head = this.#requestHead(method, uri, lines);
    this.#count++;
    const branch = `z9hG4bK-${this.#me.name}-${this.#count}`;
    const cancelled = method === 'CANCEL' ? this.#invite : undefined;
    const vias = cancelled?.vias ?? [`SIP/2.0/UDP ${this.#me.name};branch=${branch}`];
    this.#branches.push(/branch=([^;\s]+)/.exec(lines.headers.get('via')?.[0] ?? '')?.[1] ?? branch);
    const number = Number(lines.headers.get('cseq')?.[0]?.split(' ')[0] ?? head.cseq);
    const request: SipRequest = {
      method,
      requestUri: head.requestUri,
      maxForwards: Number(lines.headers.get('max-forwards')?.[0] ?? 70),
      vias: [...(lines.headers.get('via') ?? vias)],
      from: addressIn(lines, 'from', head.from),
      to: addressIn(lines, 'to', head.to),
      callId: lines.headers.get('call-id')?.[0] ?? head.callId,
      cseq: { number, method },
      ...this.#common(lines, WITH_CONTACT.has(method) ? this.#contact : undefined),
    };
    if (OPENING.has(method) && uri !== undefined) {
      this.#invite = request;
      this.#dialog = undefined;
    }
    return request;
  }

  /** The event of a headline `INVITE sip:…`, `BYE`, `180 Ringing`, `200 OK to BYE`. */
  speak(
    headline: string,
    details: readonly string[],
  ): SipRequest | { branch: string; response: SipResponse } {
    const lines = readSipLines(details);
    const status = STATUS.exec(headline);
    if (status !== null) return this.#response(status, lines);
    const [, method, uri] = REQUEST.exec(headline) ?? [];
    if (method === undefined) throw new Error(`cannot read ${headline}`);
    return this.#request(method, uri, lines);
  }
}
