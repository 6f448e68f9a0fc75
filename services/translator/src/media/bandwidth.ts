/**
 * `b=` and `<bandwidth/>`. XEP-0167 §4, RFC 8866 §5.8. What is of the whole session has no word in Jingle and goes through
 * XMPP as an element of our own.
 */
import type { XmlElement } from '@stoxgate/contracts';
import { type Bandwidth, isToken, readUint } from '@stoxgate/wire-sdp';
import { childrenOf, el, NS, textOf } from '@stoxgate/wire-xmpp';
import type { Passthrough } from './unknown-attributes.ts';

function bandwidthsIn(elements: readonly XmlElement[]): Bandwidth[] {
  if (elements.length === 0) return [];
  const found = new Map<string, Bandwidth>();
  for (const element of elements) {
    const type = element.attrs.type ?? 'AS';
    const value = readUint(textOf(element).trim() || element.attrs.value, Number.MAX_SAFE_INTEGER);
    if (isToken(type) && value !== undefined && !found.has(type)) found.set(type, { type, value });
  }
  return [...found.values()];
}

export const bandwidthsToJingle = (bandwidths: readonly Bandwidth[]): XmlElement[] =>
  bandwidths.map(({ type, value }) => el('bandwidth', { type }, String(value)));

/** Bandwidths of a `<description/>`; of a type that repeats the first counts. Some clients put the value on an attribute. */
export const bandwidthsFromJingle = (description: XmlElement): Bandwidth[] =>
  bandwidthsIn(childrenOf(description, 'bandwidth'));

const SESSION = 'sdp-bandwidth';

/** Elements beside the contents for the `b=` of the session. */
export const sessionBandwidthsToJingle = (
  bandwidths: readonly Bandwidth[],
  mode: Passthrough | undefined = 'none',
): XmlElement[] =>
  mode === 'none'
    ? []
    : bandwidths.map(({ type, value }) => el(SESSION, { xmlns: NS.SDP_ATTRIBUTE, type }, String(value)));

export const sessionBandwidthsFromJingle = (
  jingle: XmlElement,
  mode: Passthrough | undefined = 'none',
): Bandwidth[] =>
  mode === 'none'
    ? []
    : bandwidthsIn(childrenOf(jingle, SESSION).filter(({ attrs }) => attrs.xmlns === NS.SDP_ATTRIBUTE));
