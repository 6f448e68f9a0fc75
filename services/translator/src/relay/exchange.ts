/**
 * What a SIP message means to the relay: an offer, an answer, or nothing. RFC 3264 §4, RFC 6337 §2.
 */
import type { MediaEnd, SipBody } from '@stoxgate/contracts';
import type { InLeg } from '../call/call-session.ts';
import { sdpBody } from '../call/capabilities.ts';
import { tagOf } from '../call/dialog.ts';
import { sdpOf } from '../call/sdp-body.ts';
import type { Passing, RelayedLeg, SipEvent } from './relay-state.ts';

export interface Exchange {
  readonly kind: 'offer' | 'answer';
  readonly from: MediaEnd;
  readonly sdp: string;
}

const OFFERING: ReadonlySet<string> = new Set(['INVITE', 'UPDATE', 'PRACK']);

const sdpIn = (body: SipBody | undefined): string | undefined => {
  const read = sdpOf(body);
  return read.kind === 'sdp' ? read.sdp : undefined;
};

function inRequest(leg: RelayedLeg, from: MediaEnd, method: string, body: SipBody | undefined) {
  const sdp = sdpIn(body);
  if (sdp === undefined) return undefined;
  if (OFFERING.has(method)) return { kind: 'offer', from, sdp } as const;
  const isAnswer = method === 'ACK' && leg.offer !== undefined && leg.offer !== from;
  return isAnswer ? ({ kind: 'answer', from, sdp } as const) : undefined;
}

/** What the relay has to see of a message before it goes on; undefined: nothing. */
export function exchangeIn(leg: RelayedLeg, passing: Passing): Exchange | undefined {
  if (passing.way === 'again') {
    const sdp = leg.described.sip;
    return sdp === undefined ? undefined : { kind: 'answer', from: 'sip', sdp };
  }
  if (passing.way === 'out') {
    const { command } = passing;
    if (command.type === 'media.request.send') return undefined;
    if (command.type === 'sip.request.send') {
      return inRequest(leg, 'xmpp', command.request.method, command.request.body);
    }
    const { status, body } = command.response;
    const sdp = status >= 200 && status < 300 ? sdpIn(body) : undefined;
    return sdp === undefined
      ? undefined
      : { kind: leg.offer === 'sip' ? 'answer' : 'offer', from: 'xmpp', sdp };
  }
  const { event } = passing;
  if (event.type === 'sip.request.received') {
    return inRequest(leg, 'sip', event.request.method, event.request.body);
  }
  if (event.type !== 'sip.response.received' || leg.offer !== 'xmpp') return undefined;
  const { status, body, to } = event.response;
  if (status < 200 || status >= 300) return undefined;
  const sdp = sdpIn(body) ?? leg.early[tagOf(to)];
  return sdp === undefined ? undefined : { kind: 'answer', from: 'sip', sdp };
}

/** The offer that begins a call from SIP; undefined: the event is something else, or has none. */
export function firstOffer(
  leg: InLeg | undefined,
  event: SipEvent,
): { readonly callId: string; readonly sdp: string } | undefined {
  if (event.type !== 'sip.request.received' || (leg !== undefined && leg.state !== 'ended')) return undefined;
  const { method, to, callId, body } = event.request;
  const sdp = method === 'INVITE' && tagOf(to) === '' ? sdpIn(body) : undefined;
  return sdp === undefined ? undefined : { callId, sdp };
}

/** Whether a message ends an offer without an answer. */
export function refusesOffer(leg: RelayedLeg, passing: Passing): boolean {
  if (passing.way === 'out') {
    const { command } = passing;
    return leg.offer === 'sip' && command.type === 'sip.response.send' && command.response.status >= 300;
  }
  if (passing.way === 'again' || leg.offer !== 'xmpp') return false;
  const { event } = passing;
  return (
    event.type === 'sip.request.failed' ||
    (event.type === 'sip.response.received' && event.response.status >= 300)
  );
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
  if (passing.way === 'again') return passing;
  const { event } = passing;
  if (event.type === 'sip.request.received') {
    return { ...passing, event: { ...event, request: withBody(event.request, body) } };
  }
  if (event.type !== 'sip.response.received') return passing;
  return { ...passing, event: { ...event, response: withBody(event.response, body) } };
}
