/**
 * IQs that the edge answers itself: service discovery, ping, version, vCard. A contact has no server but the gateway, so
 * the gateway answers for its bare and full address alike. XEP-0030, XEP-0199, XEP-0092, XEP-0054.
 */
import { type AddressMap, type Jid, sipOfContact } from '@stoxgate/addressing';
import type { XmlElement } from '@stoxgate/contracts';
import { type DiscoInfo, discoInfoQuery, discoItemsQuery, el, NS, stanzaError } from '@stoxgate/wire-xmpp';
import { ACCOUNT_INFO, CAPS_NODE, COMPONENT_INFO, PHONE_INFO, PHONE_VER } from './identity.ts';

export interface Asked {
  /** A well-formed IQ-get or -set. */
  readonly iq: XmlElement;
  /** Its one child. */
  readonly payload: XmlElement;
  /** Its `to`. */
  readonly to: Jid;
}

/** The answer to an IQ that is no Jingle; `service-unavailable` when nothing here knows it (RFC 6120 §8.4). */
export function answerLocally({ iq, payload, to }: Asked, map: AddressMap, version: string): XmlElement {
  const contact = to.local === undefined ? undefined : sipOfContact(map, iq.attrs.to ?? '');
  if (contact?.ok === false) {
    return stanzaError(iq, { condition: contact.cause === 'unserved' ? 'item-not-found' : 'jid-malformed' });
  }
  const answer = iq.attrs.type === 'get' ? answerGet(payload, to, contact?.aor, version) : undefined;
  if (answer === undefined) return stanzaError(iq, { condition: 'service-unavailable' });
  if (answer === 'unknown-node') return stanzaError(iq, { condition: 'item-not-found' });
  const { id, from, to: ours } = iq.attrs;
  return el('iq', { type: 'result', id, from: ours, to: from }, answer === 'empty' ? undefined : answer);
}

function answerGet(
  { name, attrs }: XmlElement,
  to: Jid,
  aor: string | undefined,
  version: string,
): XmlElement | 'empty' | 'unknown-node' | undefined {
  switch (`${attrs.xmlns} ${name}`) {
    case `${NS.PING} ping`:
      return 'empty';
    case `${NS.DISCO_INFO} query`:
      return discoInfo(infoOf(to), attrs.node);
    case `${NS.DISCO_ITEMS} query`:
      return attrs.node === undefined ? discoItemsQuery([]) : 'unknown-node';
    case `${NS.VERSION} query`:
      return el('query', { xmlns: NS.VERSION }, el('name', {}, 'Stoxgate'), el('version', {}, version));
    case `${NS.VCARD} vCard`:
      return el('vCard', { xmlns: NS.VCARD }, el('FN', {}, aor?.replace(/^sip:/, '') ?? 'Stoxgate'));
    default:
      return undefined;
  }
}

function infoOf({ local, resource }: Jid): DiscoInfo {
  if (local === undefined) return COMPONENT_INFO;
  return resource === undefined ? ACCOUNT_INFO : PHONE_INFO;
}

/** The only node there is: that of the capabilities in a contact's presence (XEP-0115 §6.2). */
function discoInfo(info: DiscoInfo, node: string | undefined): XmlElement | 'unknown-node' {
  if (node === undefined) return discoInfoQuery(info);
  return node === `${CAPS_NODE}#${PHONE_VER}` ? discoInfoQuery(PHONE_INFO, node) : 'unknown-node';
}
