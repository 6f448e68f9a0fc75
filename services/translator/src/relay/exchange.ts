/**
 * What a SIP message means to the relay: an offer, an answer, or nothing. RFC 3264 §4, RFC 6337 §2.
 */
import type { MediaEnd, SipBody } from '@stoxgate/contracts';
import { sdpBody } from '../call/capabilities.ts';
import { tagOf } from '../call/dialog.ts';
import { sdpOf } from '../call/sdp-body.ts';
import type { OpenOffer, Passing, RelayedLeg } from './relay-state.ts';

export interface Exchange {
  readonly kind: 'offer' | 'answer';
  readonly from: MediaEnd;
  readonly sdp: string;
  /** What is open once the relay has an offer. */
  readonly opens?: OpenOffer;
}

interface Request {
  readonly method: string;
  readonly cseq: number;
  readonly body?: SipBody | undefined;
  readonly branch?: string;
}

const OFFERING: ReadonlySet<string> = new Set(['INVITE', 'UPDATE', 'PRACK']);

const sdpIn = (body: SipBody | undefined): string | undefined => {
  const read = sdpOf(body);
  return read.kind === 'sdp' ? read.sdp : undefined;
};

const isOf = (offer: OpenOffer | undefined, from: MediaEnd, method: string, cseq: number): boolean =>
  offer?.from === from && offer.method === method && offer.cseq === cseq;

const otherEnd = (end: MediaEnd): MediaEnd => (end === 'xmpp' ? 'sip' : 'xmpp');

/** An offer while another one is open is none: the core refuses it (RFC 3261 §14.2). */
function inRequest(leg: RelayedLeg, from: MediaEnd, request: Request): Exchange | undefined {
  const { method, cseq, body, branch } = request;
  const sdp = sdpIn(body);
  if (sdp === undefined) return undefined;
  if (method === 'ACK') {
    if (isOf(leg.offer, otherEnd(from), 'INVITE', cseq)) return { kind: 'answer', from, sdp };
    return from === 'sip' && leg.placeholderOf === 'sip'
      ? { kind: 'offer', from, sdp, opens: { from, method, cseq } }
      : undefined;
  }
  const isOffer = OFFERING.has(method) && leg.offer === undefined;
  const opens: OpenOffer = { from, method, cseq, ...(branch !== undefined && { branch }) };
  return isOffer ? { kind: 'offer', from, sdp, opens } : undefined;
}

/** What the relay has to see of a message before it goes on; undefined: nothing. */
export function exchangeIn(leg: RelayedLeg, passing: Passing): Exchange | undefined {
  if (passing.way === 'again' || passing.way === 'late') {
    const from = passing.way === 'again' ? 'sip' : 'xmpp';
    const sdp = leg.described[from];
    return sdp === undefined ? undefined : { kind: 'answer', from, sdp };
  }
  if (passing.way === 'out') {
    const { command } = passing;
    if (command.type === 'media.request.send') return undefined;
    if (command.type === 'sip.request.send') {
      const { method, cseq, body } = command.request;
      return inRequest(leg, 'xmpp', { method, cseq, body, branch: command.branch });
    }
    const { status, body, cseq } = command.response;
    const sdp = status >= 200 && status < 300 ? sdpIn(body) : undefined;
    if (sdp === undefined) return undefined;
    if (isOf(leg.offer, 'sip', cseq.method, cseq.number)) return { kind: 'answer', from: 'xmpp', sdp };
    const opens: OpenOffer = { from: 'xmpp', method: cseq.method, cseq: cseq.number };
    return leg.offer === undefined ? { kind: 'offer', from: 'xmpp', sdp, opens } : undefined;
  }
  const { event } = passing;
  if (event.type === 'sip.request.received') {
    const { method, cseq, body } = event.request;
    return inRequest(leg, 'sip', { method, cseq: cseq.number, body });
  }
  if (event.type !== 'sip.response.received') return undefined;
  const { status, body, to, cseq } = event.response;
  if (status < 200 || status >= 300 || !isOf(leg.offer, 'xmpp', cseq.method, cseq.number)) return undefined;
  const sdp = sdpIn(body) ?? (cseq.method === 'INVITE' ? leg.early[tagOf(to)] : undefined);
  return sdp === undefined ? undefined : { kind: 'answer', from: 'sip', sdp };
}

/** Whether a message that brings no answer ends the open offer all the same: its final response, or its failure. */
export function closesOffer({ offer }: RelayedLeg, passing: Passing): boolean {
  if (offer === undefined) return false;
  if (passing.way === 'out') {
    const { command } = passing;
    if (command.type !== 'sip.response.send') {
      return (
        command.type === 'sip.request.send' &&
        command.request.method === 'ACK' &&
        isOf(offer, 'sip', 'INVITE', command.request.cseq)
      );
    }
    const { status, cseq } = command.response;
    return status >= 200 && isOf(offer, 'sip', cseq.method, cseq.number);
  }
  if (passing.way !== 'in') return false;
  const { event } = passing;
  switch (event.type) {
    case 'sip.request.failed':
      return offer.branch === event.branch;
    case 'sip.response.received': {
      const { status, cseq } = event.response;
      return status >= 200 && isOf(offer, 'xmpp', cseq.method, cseq.number);
    }
    case 'sip.request.received': {
      const { method, cseq } = event.request;
      return method === 'ACK' && isOf(offer, 'xmpp', 'INVITE', cseq.number);
    }
    default:
      return false;
  }
}

function withBody<Message extends { readonly body?: SipBody | undefined }>(
  message: Message,
  body: SipBody | undefined,
): Message {
  const { body: _, ...rest } = message;
  return (body === undefined ? rest : { ...rest, body }) as Message;
}

/** The message with another description, or with none. */
export function withSdp(passing: Passing, sdp: string | undefined): Passing {
  const body = sdp === undefined ? undefined : sdpBody(sdp);
  if (passing.way === 'out') {
    const { command } = passing;
    if (command.type === 'sip.request.send') {
      return { way: 'out', command: { ...command, request: withBody(command.request, body) } };
    }
    if (command.type === 'media.request.send') return passing;
    return { way: 'out', command: { ...command, response: withBody(command.response, body) } };
  }
  if (passing.way !== 'in') return passing;
  const { event } = passing;
  if (event.type === 'sip.request.received') {
    return { ...passing, event: { ...event, request: withBody(event.request, body) } };
  }
  if (event.type !== 'sip.response.received') return passing;
  return { ...passing, event: { ...event, response: withBody(event.response, body) } };
}
