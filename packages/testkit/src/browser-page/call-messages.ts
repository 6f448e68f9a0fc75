/**
 * Messages about a call before and after its session. XEP-0353.
 */
import type { ClientHabits } from '../client-habits.ts';
import { el, NS } from './xml.ts';

export type Verb = 'propose' | 'ringing' | 'proceed' | 'accept' | 'reject' | 'retract' | 'finish';

/** A message with `verb` about `sid`; `reason` is a Jingle reason. */
export function callMessage(
  { storeHint, asksReceipt }: ClientHabits,
  verb: Verb,
  { to, sid, reason }: { readonly to: string; readonly sid: string; readonly reason?: string },
): Element {
  const why = reason === undefined ? [] : [el(NS.JINGLE, 'reason', {}, el(NS.JINGLE, reason))];
  const media = verb === 'propose' ? [el(NS.RTP, 'description', { media: 'audio' })] : [];
  return el(
    NS.CLIENT,
    'message',
    { type: 'chat', to, id: `jm-${verb}-${sid}` },
    el(NS.JMI, verb, { id: sid }, ...media, ...why),
    ...(asksReceipt && verb === 'propose' ? [el('urn:xmpp:receipts', 'request')] : []),
    ...(storeHint ? [el('urn:xmpp:hints', 'store')] : []),
  );
}

/** What of a message is about a call, if anything. */
export const callElementOf = (message: Element): Element | undefined =>
  [...message.children].find(({ namespaceURI }) => namespaceURI === NS.JMI);

/** Name of the reason that an element gives. */
export const reasonIn = (element: Element): string | undefined =>
  [...element.children].find(({ localName }) => localName === 'reason')?.firstElementChild?.localName;
