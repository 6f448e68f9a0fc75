/**
 * Calls that are up, the beginning of most tests, and their ends.
 */
import type { XmlElement } from '@stoxgate/contracts';
import {
  type JingleUser,
  type PhoneCall,
  type PhoneRequest,
  phoneSdp,
  reasonOf,
  type SipPhone,
} from '@stoxgate/testkit';
import { expect } from 'vitest';
import { contactOf, SIP_DOMAIN, XMPP_DOMAIN } from './world.ts';

/** One call, as its two ends have it. */
export interface CallUp<Call extends PhoneCall | PhoneRequest = PhoneCall | PhoneRequest> {
  readonly user: JingleUser;
  readonly sid: string;
  /** Where the user sends what is about the call. */
  readonly contact: string;
  /** The INVITE that the phone got, or the call that it made. */
  readonly call: Call;
}

export const sipAddressOf = (name: string): string => `sip:${name}@${SIP_DOMAIN}`;
/** SIP address of a user of the XMPP domain. */
export const addressOfUser = (name: string): string => `sip:${name}@${XMPP_DOMAIN}`;

/** Direction of the first stream in SDP that says it. */
export const directionIn = (sdp: string | undefined): string | undefined =>
  /^a=(sendrecv|sendonly|recvonly|inactive)\r$/m.exec(sdp ?? '')?.[1];

/** `user` calls `contact`, the phone rings and answers with `sdp`. */
export async function answeredByPhone(
  user: JingleUser,
  phone: SipPhone,
  { contact = contactOf('bob'), sdp = phoneSdp() } = {},
): Promise<CallUp<PhoneRequest> & { readonly accept: XmlElement }> {
  const sid = await user.initiate(contact);
  const call = await phone.nextRequest('INVITE', undefined, sid);
  call.respond(180);
  await user.nextJingle('session-info', sid);
  call.respond(200, { sdp });
  const accept = await user.nextJingle('session-accept', sid);
  await call.nextRequest('ACK');
  return { user, sid, contact, call, accept };
}

/** The phone calls `user` as bob, the user accepts. */
export async function answeredByUser(
  user: JingleUser,
  phone: SipPhone,
  { name = 'alice', sdp = phoneSdp() } = {},
): Promise<CallUp<PhoneCall> & { readonly initiate: XmlElement }> {
  const call = phone.invite({ to: addressOfUser(name), from: sipAddressOf('bob'), sdp });
  const initiate = await user.nextJingle('session-initiate', call.callId);
  await call.waitFor(180);
  await user.accept(initiate);
  await call.waitFor(200);
  call.ack();
  return { user, sid: call.callId, contact: initiate.attrs.from ?? '', call, initiate };
}

/** The phone hangs up: success for the user. */
export async function hungUpByPhone({ user, sid, call }: CallUp): Promise<void> {
  expect((await call.bye()).status).toBe(200);
  expect(reasonOf(await user.nextJingle('session-terminate', sid))).toBe('success');
}

/** The user hangs up: BYE for the phone. */
export async function hungUpByUser({ user, sid, contact, call }: CallUp): Promise<void> {
  await user.terminate(contact, sid, 'success');
  (await call.nextRequest('BYE')).respond(200);
}
