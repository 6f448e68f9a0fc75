/**
 * Resources as ids of tuples, which are XML names: RFC 8048 §6.2 has them begin with `ID-`.
 */
import { decodeUtf8, encodeUtf8 } from '@stoxgate/wire-sip';
import { isNcName } from '@stoxgate/wire-xmpp';

const PREFIX = 'ID-';
const ESCAPES = /(?:_x[0-9A-F]{2}_)+/g;
const ESCAPE = /_x([0-9A-F]{2})_/g;

const escaped = (char: string): string =>
  Array.from(encodeUtf8(char), (byte) => `_x${byte.toString(16).toUpperCase().padStart(2, '0')}_`).join('');

/** The id of a resource's tuple; another one for each resource. */
export const tupleIdOf = (resource: string): string =>
  PREFIX +
  // An underscore before an x would look like the beginning of an escape.
  resource.replace(/_(?=x)|[^_]/gsu, (char) => (char !== '_' && isNcName(`a${char}`) ? char : escaped(char)));

/** The resource that an id was made of; undefined: it names none. */
export function resourceOfTupleId(id: string): string | undefined {
  if (!id.startsWith(PREFIX) || id.length === PREFIX.length) return undefined;
  return id.slice(PREFIX.length).replace(ESCAPES, (run) => {
    const bytes = Array.from(run.matchAll(ESCAPE), ([, hex = '']) => Number.parseInt(hex, 16));
    return decodeUtf8(Uint8Array.from(bytes)) ?? run;
  });
}
