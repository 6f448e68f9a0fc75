const TOKEN = /^[!#$%&'*+\-.0-9A-Z^_`a-z{|}~]+$/;

/** Whether `text` is a `token` (RFC 8866 §9): what names, mids and types are made of. */
export const isToken = (text: string): boolean => TOKEN.test(text);
