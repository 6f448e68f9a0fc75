/**
 * SIP users as XMPP contacts and back. A user of a component's SIP domain is `user@component`; everybody else, and a
 * user whose name holds `@` or `%`, is written with the host: `user\40host@component` (XEP-0106).
 */
import type { Aor } from '@stoxgate/contracts';
import type { AddressMap, ComponentDomain } from './address-map.ts';
import { aorOf } from './aor.ts';
import { dialledBy, isNumberHost, meantBy, phoneOf } from './dial-plan.ts';
import { normalizeDomain, sipHostOf } from './domains.ts';
import { parseJid } from './jid.ts';
import { hasEdgeSpace, unescapeLocalpart } from './jid-escape.ts';
import { grOfResource } from './jid-to-sip.ts';
import { rememberedFor } from './remembered.ts';
import { componentOf, isSipDomain, servedBy } from './served.ts';
import { localpartOf, type Part, resourceOfGr, sipUserText } from './sip-to-jid.ts';
import { type AddressUri, isForeignScheme, parseAddressUri } from './sip-uri.ts';
import { isGlobalNumber, telephoneOf } from './telephone.ts';

export type SipOfContact =
  | {
      readonly ok: true;
      /** Request-URI and To: the address of record, with `user=phone` for a telephone number. */
      readonly requestUri: string;
      /** The same with the resource as `gr`. */
      readonly uri: string;
      readonly aor: Aor;
    }
  | { readonly ok: false; readonly cause: 'jid-malformed' | 'unserved' | 'refused' };

type AddressedContact =
  | (Extract<SipOfContact, { ok: true }> & { readonly isRefused: boolean })
  | Exclude<SipOfContact, { ok: true }>;

export type ContactOfSip =
  | {
      readonly ok: true;
      /** Full JID when the address names an instance, else bare. */
      readonly jid: string;
      readonly bareJid: string;
      /** The component's domain as configured, for `xmpp.stanza.send`. */
      readonly domain: string;
      /** What `sipOfContact` gives for `jid`: the same for both directions, hence what pair keys are made of. */
      readonly aor: Aor;
    }
  | { readonly ok: false; readonly cause: 'sips' | 'scheme' | 'malformed' | 'unrepresentable' };

/** A localpart without escapes that means another host: `user@host`, or `user%host` as old gateways wrote it. */
function splitHost(text: string): { user: string; host: string } | undefined {
  const at = text.lastIndexOf('@');
  const split = at >= 0 ? at : text.lastIndexOf('%');
  if (split <= 0) return undefined;
  const host = sipHostOf(text.slice(split + 1));
  return host === undefined ? undefined : { user: text.slice(0, split), host };
}

/** Whether the dial plan is for users at this SIP host. */
const isDialled = (map: AddressMap, host: string): boolean =>
  isSipDomain(map, host) || isNumberHost(map, host);

/** Where the dial plan puts a user at a SIP host; users of other hosts stay there. */
function dialledAt(map: AddressMap, component: ComponentDomain, user: string, host: string) {
  const own = sipHostOf(component.sipDomain) ?? component.sipDomain;
  const phone = phoneOf(map, user, [component.domain, host]);
  const isListed = phone !== undefined && (isDialled(map, host) || servedBy(map).userDomains.has(host));
  const dialled = dialledBy(map, isListed ? phone : user);
  if (isListed) return { ...dialled, host: dialled.host ?? own };
  return isDialled(map, host)
    ? { ...dialled, host: dialled.host ?? host }
    : { user, host, isRefused: dialled.isRefused };
}

/** The same as `sipOfContact`, whether or not it may be called. */
const addressOfContact = rememberedFor((map: AddressMap, contactJid: string): AddressedContact => {
  const jid = parseJid(contactJid);
  if (jid === undefined) return { ok: false, cause: 'jid-malformed' };
  const component = componentOf(map, jid.domain);
  if (component === undefined) return { ok: false, cause: 'unserved' };
  if (jid.local === undefined || hasEdgeSpace(jid.local)) return { ok: false, cause: 'jid-malformed' };
  const text = unescapeLocalpart(jid.local);
  const other = splitHost(text);
  if (other === undefined && text.includes('@')) return { ok: false, cause: 'jid-malformed' };
  const named = other ?? { user: text, host: sipHostOf(component.sipDomain) ?? component.sipDomain };
  const { user, host: at, isRefused } = dialledAt(map, component, named.user, named.host);
  const host = sipHostOf(at);
  if (user === '' || host === undefined) return { ok: false, cause: 'jid-malformed' };
  const aor = aorOf(user, host);
  const requestUri = isGlobalNumber(user) ? `${aor};user=phone` : aor;
  const uri = jid.resource === undefined ? requestUri : `${requestUri};gr=${grOfResource(jid.resource)}`;
  return { ok: true, aor, requestUri, uri, isRefused };
});

/**
 * SIP address of a contact JID: `romeo@sip.example.org` → `sip:romeo@example.net`,
 * `carol\40other.net@sip.example.org` → `sip:carol@other.net`, `+4930@sip.example.org` →
 * `sip:+4930@example.net;user=phone` (RFC 3261 §19.1.6).
 * `unserved`: the domain is no component of ours; `refused`: the dial plan lets nobody call it.
 */
export function sipOfContact(map: AddressMap, contactJid: string): SipOfContact {
  const found = addressOfContact(map, contactJid);
  return found.ok && found.isRefused ? { ok: false, cause: 'refused' } : found;
}

function addressOf(uri: AddressUri, map: AddressMap): { text: Part; host: string } | undefined {
  const telephone = telephoneOf(uri);
  if (uri.scheme === 'tel') {
    if (telephone === undefined) return undefined;
    const domain = telephone.domain ?? map.components[0]?.sipDomain;
    const host = domain === undefined ? undefined : sipHostOf(domain);
    return host === undefined ? undefined : { text: { ok: true, text: telephone.number }, host };
  }
  if (uri.host === undefined || uri.user === undefined) return undefined;
  return {
    text: telephone === undefined ? sipUserText(uri.user) : { ok: true, text: telephone.number },
    host: uri.host,
  };
}

/** Who a SIP user at a host is to XMPP users, after the dial plan. */
function meantAt(map: AddressMap, user: string, host: string): { text: string; host: string } {
  if (!isDialled(map, host)) return { text: user, host };
  const meant = meantBy(map, user);
  const named = meant.host === undefined ? undefined : sipHostOf(meant.host);
  if (named !== undefined) {
    const component = componentOf(map, named);
    return { text: meant.user, host: component?.sipDomain ?? named };
  }
  const isOurs = isSipDomain(map, host) || !(meant.isListed || isGlobalNumber(meant.user));
  return { text: meant.user, host: isOurs ? host : (map.components[0]?.sipDomain ?? host) };
}

function contactAt(
  map: AddressMap,
  text: string,
  host: string,
): { component: ComponentDomain; name: string } | undefined {
  const own = servedBy(map).bySipHost.get(host);
  const component = own ?? map.components[0];
  if (component === undefined) return undefined;
  const isShort = own !== undefined && !text.includes('@') && !text.includes('%');
  return { component, name: isShort ? text : `${text}@${normalizeDomain(host) ?? host}` };
}

/**
 * Contact JID of a SIP address. `gr`: an instance found elsewhere (Contact, header parameter); it goes before the URI's
 * own. A `gr` without a value marks a temporary GRUU: no resource (RFC 5627 §3.1.2). A caller at a served XMPP domain
 * (a hairpin) is a contact too. `unrepresentable`: no JID can stand for it.
 */
export const contactOfSip = (map: AddressMap, sipUri: string, gr?: string): ContactOfSip =>
  gr === undefined ? contactWithoutGr(map, sipUri) : contactOf(map, sipUri, gr);

const contactWithoutGr = rememberedFor((map: AddressMap, sipUri: string) =>
  contactOf(map, sipUri, undefined),
);

function contactOf(map: AddressMap, sipUri: string, gr: string | undefined): ContactOfSip {
  const uri = parseAddressUri(sipUri);
  if (uri === undefined) return { ok: false, cause: isForeignScheme(sipUri) ? 'scheme' : 'malformed' };
  if (uri.scheme === 'sips') return { ok: false, cause: 'sips' };
  const address = addressOf(uri, map);
  if (address === undefined || !address.text.ok) return { ok: false, cause: 'malformed' };
  const meant = meantAt(map, address.text.text, address.host);
  const contact = contactAt(map, meant.text, sipHostOf(meant.host) ?? meant.host);
  const local = contact === undefined ? undefined : localpartOf(contact.name);
  if (contact === undefined || local?.ok !== true) return { ok: false, cause: 'unrepresentable' };
  const domain = normalizeDomain(contact.component.domain) ?? contact.component.domain;
  const bareJid = `${local.text}@${domain}`;
  const instance = gr ?? uri.params.get('gr');
  const resource = instance === undefined || instance === '' ? undefined : resourceOfGr(instance);
  if (resource?.ok === false) {
    return { ok: false, cause: resource.cause === 'coding' ? 'malformed' : 'unrepresentable' };
  }
  const back = addressOfContact(map, bareJid);
  if (!back.ok) return { ok: false, cause: 'unrepresentable' };
  return {
    ok: true,
    jid: resource === undefined ? bareJid : `${bareJid}/${resource.text}`,
    bareJid,
    domain: contact.component.domain,
    aor: back.aor,
  };
}
