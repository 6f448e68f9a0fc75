/**
 * Who calls and who is called. Contacts, and where calls within a domain are intercepted its users as well: they stand on
 * both sides of SIP under their own JIDs.
 */
import type { AddressMap } from './address-map.ts';
import { aorOf } from './aor.ts';
import { type ContactOfSip, contactOfSip, type SipOfContact, sipOfContact } from './contact.ts';
import { callerOf, dialledBy, phoneOfUser } from './dial-plan.ts';
import { sipHostOf } from './domains.ts';
import { parseJid } from './jid.ts';
import { hasEdgeSpace, unescapeLocalpart } from './jid-escape.ts';
import { grOfResource } from './jid-to-sip.ts';
import { rememberedFor } from './remembered.ts';
import { interceptorOf } from './served.ts';
import { resourceOfGr } from './sip-to-jid.ts';
import { isGlobalNumber } from './telephone.ts';
import { aorOfUser, userOfRequest } from './user.ts';

/**
 * SIP address of a JID that is called: of a contact as `sipOfContact` has it, of a user of an intercepted domain its phone or
 * its name at that domain, after the dial plan: `+4930@example.org` → `sip:+4930@example.org;user=phone`. `unserved`: calls
 * there are none of ours.
 */
export const sipOfCalled = rememberedFor((map: AddressMap, calledJid: string): SipOfContact => {
  const jid = parseJid(calledJid);
  if (jid?.local === undefined || interceptorOf(map, jid.domain) === undefined) {
    return sipOfContact(map, calledJid);
  }
  if (hasEdgeSpace(jid.local)) return { ok: false, cause: 'jid-malformed' };
  const name = unescapeLocalpart(jid.local);
  const own = callerOf(map, name, jid.domain)?.host ?? jid.domain;
  const dialled = dialledBy(map, phoneOfUser(map, name, jid.domain) ?? name);
  if (dialled.isRefused) return { ok: false, cause: 'refused' };
  const host = sipHostOf(dialled.host ?? own);
  if (dialled.user === '' || host === undefined) return { ok: false, cause: 'jid-malformed' };
  const aor = aorOf(dialled.user, host);
  const requestUri = isGlobalNumber(dialled.user) ? `${aor};user=phone` : aor;
  const gr = jid.resource === undefined ? '' : `;gr=${grOfResource(jid.resource)}`;
  return { ok: true, aor, requestUri, uri: `${requestUri}${gr}` };
});

/**
 * JID of a SIP address that calls: the user that it names where that user's domain is intercepted, else a contact as
 * `contactOfSip` has it. `gr`: an instance found elsewhere; it goes before the URI's own.
 */
export function callerOfSip(map: AddressMap, sipUri: string, gr?: string): ContactOfSip {
  const user = map.intercepted === undefined ? undefined : userOfRequest(map, sipUri, sipUri);
  if (user?.ok !== true) return contactOfSip(map, sipUri, gr);
  const { bareJid } = user;
  const domain = interceptorOf(map, parseJid(bareJid)?.domain ?? '');
  const aor = aorOfUser(map, bareJid);
  if (domain === undefined || aor === undefined) return contactOfSip(map, sipUri, gr);
  const given = gr === undefined || gr === '' ? undefined : resourceOfGr(gr);
  if (given?.ok === false) {
    return { ok: false, cause: given.cause === 'coding' ? 'malformed' : 'unrepresentable' };
  }
  const resource = given?.text ?? user.resource;
  return { ok: true, jid: resource === undefined ? bareJid : `${bareJid}/${resource}`, bareJid, domain, aor };
}
