const ZERO = 48;
const MAX_DIGITS = 16;

/** A decimal number without sign, at most `max`; undefined otherwise. */
export function readUint(text: string | undefined, max: number): number | undefined {
  if (text === undefined || text.length === 0 || text.length > MAX_DIGITS) return undefined;
  let value = 0;
  for (let i = 0; i < text.length; i++) {
    const digit = text.charCodeAt(i) - ZERO;
    if (digit < 0 || digit > 9) return undefined;
    value = value * 10 + digit;
  }
  return value <= max ? value : undefined;
}

export const MAX_PORT = 65_535;
export const MAX_PAYLOAD = 127;
export const MAX_UINT31 = 2_147_483_647;
export const MAX_UINT32 = 4_294_967_295;
