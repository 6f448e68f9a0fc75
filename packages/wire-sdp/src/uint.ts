/** A decimal number without sign, at most `max`; undefined otherwise. */
export function readUint(text: string | undefined, max: number): number | undefined {
  if (text === undefined || !/^\d{1,16}$/.test(text)) return undefined;
  const value = Number(text);
  return value <= max ? value : undefined;
}

export const MAX_PORT = 65_535;
export const MAX_PAYLOAD = 127;
export const MAX_UINT31 = 2_147_483_647;
export const MAX_UINT32 = 4_294_967_295;
