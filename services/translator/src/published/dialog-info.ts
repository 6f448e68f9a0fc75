/**
 * Documents about dialogs: RFC 4235 §4. They are of calls alone, for no other request makes a dialog that they tell of.
 */
import type { XmlElement } from '@stoxgate/contracts';
import { elementsOf, namespaceOf, parseXml, textOf } from '@stoxgate/wire-xmpp';

export const DIALOG_EVENT = 'dialog';
export const DIALOG_INFO = 'application/dialog-info+xml';
const NAMESPACE = 'urn:ietf:params:xml:ns:dialog-info';
const LIMITS = { maxBytes: 65_536, maxDepth: 16, maxAttributes: 32 };
/** More than a phone has lines, and longer than a Call-ID is. */
const MAX_DIALOGS = 64;
const MAX_ID_CHARS = 255;

export interface DialogInfo {
  /** URI of whose dialogs they are. */
  readonly entity: string;
  /** Absent: who wrote it does not count. */
  readonly version?: number;
  /** Else it tells of what has changed. */
  readonly isFull: boolean;
  readonly dialogs: readonly {
    readonly id: string;
    /** Confirmed. One that is tried, or rings, is no call yet; on hold it is still one. */
    readonly isUp: boolean;
  }[];
}

const childrenIn = (parent: XmlElement, name: string): readonly XmlElement[] =>
  elementsOf(parent).filter((child) => child.name === name && namespaceOf(child, NAMESPACE) === NAMESPACE);

/** Total. Undefined: it is no such document. */
export function readDialogInfo(text: string): DialogInfo | undefined {
  const parsed = parseXml(text.trim(), LIMITS);
  if (!parsed.ok || parsed.element.name !== 'dialog-info' || parsed.element.attrs.xmlns !== NAMESPACE) {
    return undefined;
  }
  const { entity = '', version = '', state } = parsed.element.attrs;
  const number = version.trim();
  return {
    entity: entity.trim(),
    ...(/^\d{1,10}$/.test(number) && { version: Number(number) }),
    isFull: state?.trim() !== 'partial',
    dialogs: childrenIn(parsed.element, 'dialog')
      .slice(0, MAX_DIALOGS)
      .map((dialog) => ({
        id: (dialog.attrs.id ?? '').slice(0, MAX_ID_CHARS),
        isUp: childrenIn(dialog, 'state').some((state) => textOf(state).trim() === 'confirmed'),
      })),
  };
}
