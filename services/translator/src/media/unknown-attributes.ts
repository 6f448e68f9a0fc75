/**
 * SDP attributes that Jingle has no word for: carried through XMPP as elements of our own, so that a call that goes back
 * to SIP loses nothing. RFC 8866 §5.13: what is not understood is ignored; clients ignore the elements (RFC 6120 §8.4).
 */
import type { XmlElement } from '@stoxgate/contracts';
import { type Attribute, isModelled, isToken } from '@stoxgate/wire-sdp';
import { childrenOf, el, NS } from '@stoxgate/wire-xmpp';

/** `allowlist`: only what bears on the media itself. */
export type Passthrough = 'none' | 'element' | 'allowlist';

/** Mapped elsewhere, or said of one hop alone. */
const NEVER: ReadonlySet<string> = new Set([
  'end-of-candidates',
  'ice-mismatch',
  'ice-pacing',
  'jingle-action',
  'key-mgmt',
  'msid',
  'msid-semantic',
  'zrtp-hash',
]);

const ALLOWED: ReadonlySet<string> = new Set([
  'content',
  'framerate',
  'imageattr',
  'label',
  'lang',
  'quality',
  'rid',
  'rtcp-mux-only',
  'rtcp-rsize',
  'rtcp-xr',
  'simulcast',
  'tls-id',
]);

const MAX_ATTRIBUTES = 64;
const MAX_VALUE_CHARACTERS = 1024;

const passes = (name: string, mode: Passthrough): boolean =>
  mode !== 'none' && !NEVER.has(name) && !isModelled(name) && (mode === 'element' || ALLOWED.has(name));

const isBounded = ({ value = '' }: Attribute): boolean => value.length <= MAX_VALUE_CHARACTERS;

/** Elements for a `<description/>`, or for the `<jingle/>` where the attributes are those of the session. */
export const unknownToJingle = (
  attributes: readonly Attribute[],
  mode: Passthrough | undefined = 'none',
): XmlElement[] =>
  attributes
    .filter((attribute) => passes(attribute.name, mode) && isBounded(attribute))
    .slice(0, MAX_ATTRIBUTES)
    .map(({ name, value }) => el('sdp-attribute', { xmlns: NS.SDP_ATTRIBUTE, name, value }));

/** Attributes that such elements stand for. Attributes that mean something to us come by no other way than their own. */
export function unknownFromJingle(parent: XmlElement, mode: Passthrough | undefined = 'none'): Attribute[] {
  const found: Attribute[] = [];
  for (const { attrs } of childrenOf(parent, 'sdp-attribute')) {
    const { xmlns, name = '', value } = attrs;
    if (xmlns !== NS.SDP_ATTRIBUTE) continue;
    const attribute = value === undefined ? { name } : { name, value };
    if (found.length === MAX_ATTRIBUTES) break;
    if (isToken(name) && passes(name, mode) && isBounded(attribute)) found.push(attribute);
  }
  return found;
}
