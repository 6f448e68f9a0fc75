/**
 * Users of served XMPP domains as SIP addresses and back: same name, same domain on both sides.
 */
import { type Aor, type BareJid, brandBareJid } from '@stoxgate/contracts';
import type { AddressMap } from './address-map.ts';
import { aorOf } from './aor.ts';
import { callerOf, meantBy } from './dial-plan.ts';
import { normalizeDomain, sipHostOf } from './domains.ts';
import { parseJid } from './jid.ts';
import { hasEdgeSpace, unescapeLocalpart } from './jid-escape.ts';
import { grOfResource } from './jid-to-sip.ts';
import { rememberedFor } from './remembered.ts';
import { isUserDomain, servedBy } from './served.ts';
import { localpartOf, resourceOfGr, sipUserText } from './sip-to-jid.ts';
import { type AddressUri, isForeignScheme, parseAddressUri } from './sip-uri.ts';
import { telephoneOf } from './telephone.ts';

export type SipOfUser =
  | { readonly ok: true; readonly uri: string; readonly aor: Aor }
  | { readonly ok: false; readonly cause: 'jid-malformed' | 'unserved' };

export type UserOfRequest =
  | { readonly ok: true; readonly bareJid: BareJid; readonly resource?: string }
  | { readonly ok: false; readonly status: 400 | 404 | 416 | 484 };

/**
 * SIP address of a user: `alice@example.org/desk` → uri `sip:alice@example.org;gr=desk`, aor `sip:alice@example.org`;
 * of one who has a phone and calls from it, `sip:+4930…@` the host for that.
 */
export const sipOfUser = rememberedFor((map: AddressMap, userJid: string): SipOfUser => {
  const jid = parseJid(userJid);
  if (jid?.local === undefined || hasEdgeSpace(jid.local)) return { ok: false, cause: 'jid-malformed' };
  const host = sipHostOf(jid.domain);
  if (host === undefined || !isUserDomain(map, jid.domain)) return { ok: false, cause: 'unserved' };
  const name = unescapeLocalpart(jid.local);
  const caller = callerOf(map, name, jid.domain);
  const aor = aorOf(caller?.user ?? name, caller?.host ?? host);
  return { ok: true, aor, uri: jid.resource === undefined ? aor : `${aor};gr=${grOfResource(jid.resource)}` };
});

/** Address of record of a user of a served domain, else undefined. */
export function aorOfUser(map: AddressMap, userJid: string): Aor | undefined {
  const sip = sipOfUser(map, userJid);
  return sip.ok ? sip.aor : undefined;
}

function refuse(status: 400 | 404 | 416 | 484): UserOfRequest {
  return { ok: false, status };
}

/** User text of a URI in a comparable form: decoded, numbers without separators. */
function userTextOf(uri: AddressUri): string | undefined {
  if (uri.user === undefined) return undefined;
  const telephone = telephoneOf(uri);
  if (telephone !== undefined) return telephone.number;
  const text = sipUserText(uri.user);
  return text.ok ? text.text : undefined;
}

/** The user that the text of a URI names at a served domain, after the dial plan. */
function userAt(
  map: AddressMap,
  text: string | undefined,
  domain: string,
  gr: string | undefined,
): UserOfRequest {
  if (text === undefined) return refuse(400);
  const meant = meantBy(map, text);
  const at = meant.host === undefined ? domain : normalizeDomain(meant.host);
  if (at === undefined || !isUserDomain(map, at)) return refuse(404);
  const local = localpartOf(meant.user);
  if (!local.ok) return refuse(404);
  const resource = gr === undefined || gr === '' ? undefined : resourceOfGr(gr);
  if (resource?.ok === false) return refuse(resource.cause === 'coding' ? 400 : 404);
  return {
    ok: true,
    bareJid: brandBareJid(`${local.text}@${at}`),
    ...(resource === undefined ? {} : { resource: resource.text }),
  };
}

/** A user whom the dial plan names, whatever host the number is at: a trunk has its own. */
function userListed(map: AddressMap, uri: AddressUri | undefined): UserOfRequest | undefined {
  const text = uri === undefined || uri.scheme === 'sips' ? undefined : userTextOf(uri);
  const [first] = map.xmppDomains;
  if (text === undefined || first === undefined || !meantBy(map, text).isListed) return undefined;
  const user = userAt(map, text, normalizeDomain(first) ?? first, uri?.params.get('gr'));
  return user.ok ? user : undefined;
}

/** What the Request-URI alone says of it; `elsewhere`: its host is not served, and the dial plan has nobody. */
const userOfTarget = rememberedFor((map: AddressMap, requestUri: string): UserOfRequest | 'elsewhere' => {
  const target = parseAddressUri(requestUri);
  if (target === undefined) return refuse(isForeignScheme(requestUri) ? 416 : 400);
  if (target.scheme === 'sips') return refuse(416);
  const domain = target.host === undefined ? undefined : servedBy(map).userDomains.get(target.host);
  if (domain === undefined) return userListed(map, target) ?? 'elsewhere';
  return target.user === undefined
    ? refuse(484)
    : userAt(map, userTextOf(target), domain, target.params.get('gr'));
});

/**
 * The XMPP user that a SIP request is for. The Request-URI decides; where its host is not served and its user is the
 * To user at a served domain, that one is meant: proxies rewrite the host to the next hop's. A number that the dial plan
 * gives to a user is that user's at any host; where the Request-URI is the contact of a registration of ours, the number
 * is in To. 416: a scheme that is not translated (`sips:` MUST NOT be, RFC 7247 §8); 484: no user part; 404: not served,
 * or no JID can stand for it.
 */
export function userOfRequest(map: AddressMap, requestUri: string, toUri: string): UserOfRequest {
  const found = userOfTarget(map, requestUri);
  return found === 'elsewhere' ? userOfTo(map, requestUri, toUri) : found;
}

function userOfTo(map: AddressMap, requestUri: string, toUri: string): UserOfRequest {
  const target = parseAddressUri(requestUri);
  const to = parseAddressUri(toUri);
  if (target === undefined || to === undefined) return refuse(404);
  const user = userTextOf(target);
  if (user !== undefined && map.numbers?.contactUsers?.includes(user) === true) {
    const called = userListed(map, to);
    if (called !== undefined) return called;
  }
  const isAtUsers = to.host !== undefined && to.scheme !== 'sips';
  const toDomain = isAtUsers ? servedBy(map).userDomains.get(to.host) : undefined;
  if (toDomain === undefined || user === undefined || user !== userTextOf(to)) return refuse(404);
  return userAt(map, user, toDomain, target.params.get('gr'));
}
