/**
 * JID escaping: the ten characters that a localpart cannot carry, XEP-0106 §4.
 */
const FORBIDDEN = /[ "&'/:<>@]|\\(?=2[0267f]|3[ace]|40|5c)/gi;
const ESCAPED = /\\(2[0267f]|3[ace]|40|5c)/gi;

/** A localpart that begins or ends with an escaped space is no JID (XEP-0106 §4.2). */
export const hasEdgeSpace = (localpart: string): boolean =>
  localpart.startsWith('\\20') || localpart.endsWith('\\20');

/**
 * Localpart for any text; `\` is escaped only where it would otherwise read as one of the ten sequences. Undefined
 * when the text begins or ends with a space, which no localpart can stand for.
 */
export function escapeLocalpart(text: string): string | undefined {
  if (text.startsWith(' ') || text.endsWith(' ')) return undefined;
  return text.replace(FORBIDDEN, (char) => `\\${char.charCodeAt(0).toString(16)}`);
}

/** The text that a localpart stands for. A `\` followed by anything but the ten codes is itself. */
export const unescapeLocalpart = (localpart: string): string =>
  localpart.includes('\\')
    ? localpart.replace(ESCAPED, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
    : localpart;
