/**
 * What guides promise: calls and messages between an XMPP user and a phone, both ways.
 */
import type { SipRequest } from '@stoxgate/contracts';
import {
  connectXmppUser,
  type JingleUser,
  jingleUser,
  type PhoneCall,
  phoneSdp,
  reasonOf,
  type SipPhone,
  type XmppUser,
} from '@stoxgate/testkit';
import { childOf, el, NS, textOf } from '@stoxgate/wire-xmpp';
import { expect } from 'vitest';
import type { Authorization } from './digest-phone.ts';

/** For a machine that stalls. */
export const PATIENCE_MS = 40_000;

export interface Ends {
  readonly user: JingleUser;
  /** JID under which the user sees the phone. */
  readonly contact: string;
  /** SIP address of the user. */
  readonly userUri: string;
  readonly phone: SipPhone;
  readonly phoneUri: string;
  /** What the phone dials for the user; `userUri` when absent. */
  readonly dials?: string;
  readonly authorization?: Authorization;
}

/** Logs a user in who makes and takes calls, at a server without TLS on this machine. */
export async function caller(jid: string, password: string, port: number): Promise<JingleUser> {
  const server = { host: '127.0.0.1', port };
  return jingleUser(
    await connectXmppUser({ ...server, jid, password, resource: 'desk', timeoutMs: PATIENCE_MS }),
  );
}

const isAvailable =
  (from: string) =>
  ({ name, attrs }: XmppUser['log'][number]['stanza']): boolean =>
    name === 'presence' && attrs.type === undefined && attrs.from?.startsWith(from) === true;

/** Adds the contact, which accepts by itself, is available and wants to see the user. */
export async function addContact({ user }: JingleUser, contact: string): Promise<void> {
  await user.send(el('presence', { type: 'subscribe', to: contact }));
  await user.next(isAvailable(`${contact}/`), PATIENCE_MS);
  await user.next(({ attrs }) => attrs.type === 'subscribe' && attrs.from === contact, PATIENCE_MS);
  const [, domain] = contact.split('@');
  // What the user answered is there once this is.
  await user.iq(el('iq', { type: 'get', to: domain }, el('ping', { xmlns: NS.PING })), PATIENCE_MS);
}

/** The user calls the phone and hangs up; gives the INVITE that the phone got. */
export async function callsPhone({ user, contact, phone }: Ends): Promise<SipRequest> {
  const sid = await user.initiate(contact);
  const call = await phone.nextRequest('INVITE', PATIENCE_MS);
  call.respond(180);
  await user.nextJingle('session-info', sid, PATIENCE_MS);
  call.respond(200, { sdp: phoneSdp() });
  await user.nextJingle('session-accept', sid, PATIENCE_MS);
  await call.nextRequest('ACK', PATIENCE_MS);
  await user.terminate(contact, sid, 'success');
  (await call.nextRequest('BYE', PATIENCE_MS)).respond(200);
  return call.request;
}

/** The phone hangs up, and both sides hear of it. */
export async function hungUpByPhone(user: JingleUser, call: Pick<PhoneCall, 'send'>): Promise<void> {
  const terminated = user.nextJingle('session-terminate', undefined, PATIENCE_MS);
  const [terminate, answer] = await Promise.all([terminated, call.send('BYE').waitFor('final', PATIENCE_MS)]);
  expect(reasonOf(terminate)).toBe('success');
  expect(answer.status).toBe(200);
}

/** The phone calls the user and hangs up. */
export async function callsUser(ends: Ends): Promise<void> {
  const { user, phone, phoneUri, userUri, dials = userUri, authorization } = ends;
  const headers = authorization?.('INVITE', dials) ?? {};
  const call = phone.invite({ to: dials, from: phoneUri, sdp: phoneSdp(), headers });
  const initiate = await user.nextJingle('session-initiate', undefined, PATIENCE_MS);
  expect(initiate.attrs.from).toContain(ends.contact);
  await call.waitFor(180, PATIENCE_MS);
  await user.accept(initiate);
  await call.waitFor(200, PATIENCE_MS);
  call.ack();
  await hungUpByPhone(user, call);
}

/** The user writes to the phone, and the phone to the user. */
export async function messagesBothWays(ends: Ends): Promise<void> {
  const { user, contact, phone, phoneUri, userUri, dials = userUri, authorization } = ends;
  const body = el('body', {}, 'Wherefore art thou?');
  await user.user.send(el('message', { type: 'chat', to: contact, id: 'm1' }, body));
  const message = await phone.nextRequest('MESSAGE', PATIENCE_MS);
  expect(message.request.body?.content).toBe('Wherefore art thou?');
  message.respond(200);
  const headers = authorization?.('MESSAGE', dials) ?? {};
  const sent = phone.message(dials, phoneUri, 'Call me but love', { headers });
  const stanza = await user.user.next(({ name }) => name === 'message', PATIENCE_MS);
  const text = childOf(stanza, 'body');
  expect(text && textOf(text)).toBe('Call me but love');
  expect(stanza.attrs.from).toContain(contact);
  await sent.waitFor('2xx', PATIENCE_MS);
}
