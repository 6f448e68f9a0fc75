/**
 * Punycode, the coding inside an A-label: RFC 3492. The library throws on bad input; here that is undefined.
 */
// The trailing slash picks the package: Node has a deprecated module of the same name.
import punycode from 'punycode/punycode.js';

/** Punycode of a label, without `xn--`. The caller bounds its length. */
export const punycodeEncode = (label: string): string => punycode.encode(label);

/** The label that `coded` (without `xn--`) stands for, or undefined when it is no Punycode. */
export function punycodeDecode(coded: string): string | undefined {
  try {
    return punycode.decode(coded);
  } catch {
    return undefined;
  }
}
