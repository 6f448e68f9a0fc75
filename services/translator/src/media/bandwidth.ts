/**
 * `b=` and `<bandwidth/>`. XEP-0167 §4, RFC 8866 §5.8.
 */
import type { XmlElement } from '@stoxgate/contracts';
import { type Bandwidth, isToken, readUint } from '@stoxgate/wire-sdp';
import { childrenOf, el, textOf } from '@stoxgate/wire-xmpp';

/** Bandwidths of a `<description/>`; of a type that repeats the first counts. Some clients put the value on an attribute. */
export function bandwidthsFromJingle(description: XmlElement): Bandwidth[] {
  const found = new Map<string, Bandwidth>();
  for (const element of childrenOf(description, 'bandwidth')) {
    const type = element.attrs.type ?? 'AS';
    const value = readUint(textOf(element).trim() || element.attrs.value, Number.MAX_SAFE_INTEGER);
    if (isToken(type) && value !== undefined && !found.has(type)) found.set(type, { type, value });
  }
  return [...found.values()];
}

export const bandwidthsToJingle = (bandwidths: readonly Bandwidth[]): XmlElement[] =>
  bandwidths.map(({ type, value }) => el('bandwidth', { type }, String(value)));
