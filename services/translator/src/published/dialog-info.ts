/**
 * Calls in a document about dialogs: RFC 4235 §4.
 */
import { childrenOf, elementsOf, parseXml, textOf } from '@stoxgate/wire-xmpp';

export const DIALOG_EVENT = 'dialog';
export const DIALOG_INFO = 'application/dialog-info+xml';
const NAMESPACE = 'urn:ietf:params:xml:ns:dialog-info';
const LIMITS = { maxBytes: 65_536, maxDepth: 16, maxAttributes: 32 };

/** How many dialogs are up. One that only rings is no call yet. Undefined: it is no such document. */
export function callsInDialogInfo(text: string): number | undefined {
  const parsed = parseXml(text.trim(), LIMITS);
  if (!parsed.ok || parsed.element.name !== 'dialog-info' || parsed.element.attrs.xmlns !== NAMESPACE) {
    return undefined;
  }
  return childrenOf(parsed.element, 'dialog').filter((dialog) =>
    elementsOf(dialog).some((child) => child.name === 'state' && textOf(child).trim() === 'confirmed'),
  ).length;
}
