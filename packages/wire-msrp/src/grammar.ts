/**
 * The small pieces of RFC 4975 §9 that all headers share.
 */
const IDENT = /^[A-Za-z0-9][A-Za-z0-9.\-+%=]{3,31}$/;
const TOKEN = /^[A-Za-z0-9\-.!%*_+`'~#$&^|{}]+$/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not pass
const CONTROLS = /[\0-\x08\x0a-\x1f\x7f]/g;

/** `ident`: transaction ids, and the Message-IDs that we make. 4–32 characters. */
export const isIdent = (text: string): boolean => IDENT.test(text);

export const isToken = (text: string): boolean => TOKEN.test(text);

const hasOne = new RegExp(CONTROLS.source);

export const hasControls = (text: string): boolean => hasOne.test(text);

/** A header value without what could start a line of its own. */
export const cleanValue = (text: string): string => text.replace(CONTROLS, '');
