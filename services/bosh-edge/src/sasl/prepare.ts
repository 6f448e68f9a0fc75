/**
 * User names and passwords as SASL wants them: SASLprep, RFC 4013, with the tables of RFC 3454 that Unicode's properties
 * stand for.
 */
const SPACES = /[\u00A0\u1680\u2000-\u200B\u202F\u205F\u3000]/g;
const NOTHING = /\u034F|[\u180B-\u180D]|[\uFE00-\uFE0F]|\u200D|[\u00AD\u1806\u200C\u2060\uFEFF]/gu;
/** Controls, private use, surrogates, unassigned, and characters that change how others are shown. */
const PROHIBITED = /[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Cn}\u2028\u2029\uFFFC\uFFFD\u2FF0-\u2FFB]|\u0340|\u0341/u;

/** Undefined when there is a character in it that SASL forbids, or nothing is left. */
export function saslPrepared(text: string): string | undefined {
  const prepared = text.replace(SPACES, ' ').replace(NOTHING, '').normalize('NFKC');
  return prepared === '' || PROHIBITED.test(prepared) ? undefined : prepared;
}
