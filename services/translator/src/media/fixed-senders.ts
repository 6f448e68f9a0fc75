/**
 * `senders` as mod_jingle_sip had them: `initiator` for sendonly and `responder` for recvonly, whoever sends the SDP. What
 * the initiator's SDP says is the same either way; of the responder's the two words change places.
 */
import type { XmlElement } from '@stoxgate/contracts';
import type { SdpContext } from './media-state.ts';

const SWAPPED: Readonly<Record<string, string>> = { initiator: 'responder', responder: 'initiator' };

function swapped(element: XmlElement): XmlElement {
  const { senders } = element.attrs;
  const other = senders === undefined ? undefined : SWAPPED[senders];
  const children = element.children.map((child) => (typeof child === 'string' ? child : swapped(child)));
  return {
    ...element,
    attrs: other === undefined ? element.attrs : { ...element.attrs, senders: other },
    children,
  };
}

/** A `<jingle/>` of the XMPP party, in the words of XEP-0166. */
export const sendersRead = (jingle: XmlElement, { sendersMap, xmppRole }: SdpContext): XmlElement =>
  sendersMap === 'xep-fixed' && xmppRole === 'responder' ? swapped(jingle) : jingle;

/** Children of a `<jingle/>` for the XMPP party, in its words. */
export const sendersWritten = (
  children: readonly XmlElement[],
  { sendersMap, xmppRole }: SdpContext,
): readonly XmlElement[] =>
  sendersMap === 'xep-fixed' && xmppRole === 'initiator' ? children.map(swapped) : children;
