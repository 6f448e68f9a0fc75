/**
 * XMPP addresses: RFC 7622. Localparts are prepared as UsernameCaseMapped (RFC 8265 §3.3), resources as OpaqueString
 * (RFC 8265 §4.2); code point classes are approximated, the XMPP server has the last word on them.
 */
import { type BareJid, brandBareJid } from '@stoxgate/contracts';
import { normalizeDomain } from './domains.ts';
import { utf8Length } from './percent.ts';
import { remembered } from './remembered.ts';

export interface Jid {
  readonly local?: string;
  readonly domain: string;
  readonly resource?: string;
}

const MAX_PART_BYTES = 1023;
const PLAIN_LOCAL = /^[a-z0-9!#$%()*+,\-.;=?[\\\]^_{|}~`]+$/;
const PLAIN_RESOURCE = /^[ -~]+$/;
const LOCAL_FORBIDDEN = /["&'/:<>@\p{Cc}\p{Cs}\p{Z}\p{Noncharacter_Code_Point}]|(?![\u200c\u200d])\p{Cf}/u;
const RESOURCE_FORBIDDEN = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\p{Noncharacter_Code_Point}]/u;
const WIDTH_VARIANT = /[\u3000\uff01-\uffee]/g;

const fits = (part: string): boolean => part.length > 0 && utf8Length(part) <= MAX_PART_BYTES;

const mapUsername = (text: string): string =>
  text
    .replace(WIDTH_VARIANT, (char) => char.normalize('NFKC'))
    .toLowerCase()
    .normalize('NFC');

/** The prepared localpart, already escaped (XEP-0106), or undefined when it cannot be one. */
export function prepareLocalpart(text: string): string | undefined {
  if (PLAIN_LOCAL.test(text)) return text.length <= MAX_PART_BYTES ? text : undefined;
  if (text.length > MAX_PART_BYTES) return undefined;
  // RFC 8265 §3.3.3: mapping is not always stable after one pass; three suffice or the string is refused.
  let prepared = mapUsername(mapUsername(text));
  if (mapUsername(prepared) !== prepared) prepared = '';
  return fits(prepared) && !LOCAL_FORBIDDEN.test(prepared) ? prepared : undefined;
}

/** The prepared resource, or undefined when it cannot be one. */
export function prepareResource(text: string): string | undefined {
  if (PLAIN_RESOURCE.test(text)) return text.length <= MAX_PART_BYTES ? text : undefined;
  if (text.length > MAX_PART_BYTES) return undefined;
  const prepared = text.replace(/\p{Zs}/gu, ' ').normalize('NFC');
  return fits(prepared) && !RESOURCE_FORBIDDEN.test(prepared) ? prepared : undefined;
}

/**
 * Splits and prepares a JID: the resource is what follows the first `/`, the domain what follows the first `@` before
 * it (RFC 7622 §3.1). Undefined when a part is empty, too long (1023 bytes each) or holds what it must not.
 */
export const parseJid = remembered((text: string): Jid | undefined => {
  const slash = text.indexOf('/');
  const bare = slash < 0 ? text : text.slice(0, slash);
  const at = bare.indexOf('@');
  const domain = normalizeDomain(bare.slice(at + 1));
  if (domain === undefined) return undefined;
  const local = at < 0 ? undefined : prepareLocalpart(bare.slice(0, at));
  if (at >= 0 && local === undefined) return undefined;
  const resource = slash < 0 ? undefined : prepareResource(text.slice(slash + 1));
  if (slash >= 0 && resource === undefined) return undefined;
  const instance = resource === undefined ? undefined : { resource };
  return local === undefined ? { domain, ...instance } : { local, domain, ...instance };
});

/** A JID as text. */
export function formatJid(jid: Jid): string {
  const bare = jid.local === undefined ? jid.domain : `${jid.local}@${jid.domain}`;
  return jid.resource === undefined ? bare : `${bare}/${jid.resource}`;
}

/** A JID in text as it is once prepared; undefined when it is none. */
export const normalizeJid = remembered((text: string): string | undefined => {
  const jid = parseJid(text);
  return jid && formatJid(jid);
});

const bareOf = ({ local, domain }: Jid): BareJid =>
  brandBareJid(local === undefined ? domain : `${local}@${domain}`);

const bareOfText = remembered((text: string): BareJid | undefined => {
  const jid = parseJid(text);
  return jid && bareOf(jid);
});

/** The JID without its resource, prepared; undefined when `jid` is text and no JID. */
export function bareJidOf(jid: Jid): BareJid;
export function bareJidOf(jid: string): BareJid | undefined;
export function bareJidOf(jid: Jid | string): BareJid | undefined {
  return typeof jid === 'string' ? bareOfText(jid) : bareOf(jid);
}

/** The prepared resource of a JID in text, or undefined when it has none or is no JID. */
export const resourceOf = (jid: string): string | undefined =>
  jid.includes('/') ? parseJid(jid)?.resource : undefined;
