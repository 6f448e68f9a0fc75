/**
 * Percent-coding of UTF-8 in URIs (RFC 3986 §2.1). Decoding is strict: a `%` that starts no pair and bytes that are not
 * UTF-8 (overlong forms and surrogates included) are refused.
 */
const LONE_SURROGATE = /\p{Cs}/u;

/** The text that `coded` stands for, or undefined when a `%` starts no hex pair or the bytes are no UTF-8. */
export function percentDecode(coded: string): string | undefined {
  if (LONE_SURROGATE.test(coded)) return undefined;
  if (!coded.includes('%')) return coded;
  try {
    return decodeURIComponent(coded);
  } catch {
    return undefined;
  }
}

/**
 * Codes every character that `forbidden` matches as the upper-case hex of its UTF-8 bytes. `forbidden` has the flags
 * `g` and `u`. A lone surrogate becomes U+FFFD.
 */
export const percentEncode = (text: string, forbidden: RegExp): string =>
  text.replace(forbidden, (char) => {
    const coded = encodeURIComponent(LONE_SURROGATE.test(char) ? '\ufffd' : char);
    // encodeURIComponent leaves ASCII punctuation such as `!` alone, but whoever asks for it to be coded gets it coded.
    return coded === char ? `%${char.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}` : coded;
  });

/** Length of `text` in UTF-8. */
export function utf8Length(text: string): number {
  let length = text.length;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit < 0x80) continue;
    if (unit < 0x800) length += 1;
    else if (unit >= 0xd800 && unit < 0xdc00) {
      length += 2;
      i++;
    } else length += 2;
  }
  return length;
}
