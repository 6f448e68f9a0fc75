/**
 * IQs that the edge answers itself: service discovery, ping, version, time, cards, and what a gateway is asked. A contact
 * has no server but the gateway, so the gateway answers for its bare and full address alike. XEP-0030, XEP-0199, XEP-0092,
 * XEP-0012, XEP-0202, XEP-0054, XEP-0292, XEP-0100, XEP-0215.
 */
import { type AddressMap, type Jid, sipOfContact } from '@stoxgate/addressing';
import type { XmlElement } from '@stoxgate/contracts';
import type { ExternalService } from '@stoxgate/runtime';
import {
  CAPS_NODE,
  capsVer,
  childOf,
  type DiscoInfo,
  discoInfoQuery,
  discoItemsQuery,
  el,
  NS,
  type StanzaCondition,
  stanzaError,
} from '@stoxgate/wire-xmpp';
import { vcard4Items, vcard4Of, vcardOf } from './contact-card.ts';
import { externalServices } from './external-services.ts';
import { contactQuery, promptQuery } from './gateway-prompt.ts';

export interface Asked {
  /** A well-formed IQ-get or -set. */
  readonly iq: XmlElement;
  /** Its one child. */
  readonly payload: XmlElement;
  /** Its `to`. */
  readonly to: Jid;
}

/** What is told of us. */
export interface Self {
  readonly map: AddressMap;
  readonly version: string;
  /** Of contacts. */
  readonly phone: DiscoInfo;
  /** Of the component itself. */
  readonly gateway: DiscoInfo;
  readonly externalServices: readonly ExternalService[];
  /** Ms since the epoch. */
  readonly startedAt: number;
  /** Ms since the epoch. */
  readonly now: () => number;
}

interface Refused {
  readonly refused: StanzaCondition;
}
type Answer = XmlElement | 'empty' | Refused | undefined;

const UNKNOWN: Refused = { refused: 'item-not-found' };

/** The answer to an IQ that is no Jingle; `service-unavailable` when nothing here knows it (RFC 6120 §8.4). */
export function answerLocally(asked: Asked, self: Self): XmlElement {
  const { iq, to } = asked;
  if (to.local !== undefined) {
    const contact = sipOfContact(self.map, iq.attrs.to ?? '');
    // Who may not be called may have called, and is asked what it can do.
    if (!contact.ok && contact.cause !== 'refused') {
      return stanzaError(iq, {
        condition: contact.cause === 'unserved' ? 'item-not-found' : 'jid-malformed',
      });
    }
  }
  const answer = iq.attrs.type === 'get' ? answerGet(asked, self) : answerSet(asked, self);
  if (answer === undefined) return stanzaError(iq, { condition: 'service-unavailable' });
  if (answer !== 'empty' && 'refused' in answer) return stanzaError(iq, { condition: answer.refused });
  const { id, from, to: ours } = iq.attrs;
  return el('iq', { type: 'result', id, from: ours, to: from }, answer === 'empty' ? undefined : answer);
}

function answerGet({ payload, to }: Asked, self: Self): Answer {
  const { name, attrs } = payload;
  const isGateway = to.local === undefined;
  switch (`${attrs.xmlns} ${name}`) {
    case `${NS.PING} ping`:
      return 'empty';
    case `${NS.DISCO_INFO} query`:
      return discoInfo(isGateway ? self.gateway : self.phone, attrs.node);
    case `${NS.DISCO_ITEMS} query`:
      return attrs.node === undefined ? discoItemsQuery([]) : UNKNOWN;
    case `${NS.VERSION} query`:
      return el('query', { xmlns: NS.VERSION }, el('name', {}, 'Stoxgate'), el('version', {}, self.version));
    case `${NS.LAST} query`:
      return el('query', { xmlns: NS.LAST, seconds: isGateway ? upSeconds(self) : '0' });
    case `${NS.TIME} time`:
      return el(
        'time',
        { xmlns: NS.TIME },
        el('tzo', {}, '+00:00'),
        el('utc', {}, new Date(self.now()).toISOString()),
      );
    case `${NS.VCARD} vCard`:
      return vcardOf(to);
    case `${NS.VCARD4} vcard`:
      return vcard4Of(to);
    case `${NS.PUBSUB} pubsub`:
      return itemsOf(payload, to);
    case `${NS.GATEWAY} query`:
      return isGateway ? promptQuery() : undefined;
    case `${NS.EXTERNAL_SERVICES} services`:
    case `${NS.EXTERNAL_SERVICES} credentials`:
      if (!isGateway || self.externalServices.length === 0) return undefined;
      return externalServices(payload, self.externalServices, self.now()) ?? UNKNOWN;
    default:
      return undefined;
  }
}

function answerSet({ payload, to }: Asked, { map }: Self): Answer {
  if (to.local !== undefined || payload.name !== 'query' || payload.attrs.xmlns !== NS.GATEWAY)
    return undefined;
  return contactQuery(payload, to, map) ?? { refused: 'not-acceptable' };
}

const upSeconds = ({ now, startedAt }: Self): string =>
  Math.max(0, Math.floor((now() - startedAt) / 1000)).toString();

/** What a server asks before it delegates Jingle (XEP-0355 §7.2): features that it is to show as its own. There are none. */
const DELEGATED_NODE = new RegExp(`^urn:xmpp:delegation:\\d(?:::|:bare:)${NS.JINGLE}$`);
const NO_FEATURES: DiscoInfo = { identities: [], features: [] };

/** The nodes there are: that of the capabilities in our presence (XEP-0115 §6.2), and those of delegations. */
function discoInfo(info: DiscoInfo, node: string | undefined): Answer {
  if (node !== undefined && DELEGATED_NODE.test(node)) return discoInfoQuery(NO_FEATURES, node);
  return node === undefined || node === `${CAPS_NODE}#${capsVer(info)}`
    ? discoInfoQuery(info, node)
    : UNKNOWN;
}

/** Of all that clients look for at a contact (avatars, keys, nicknames), there is a card. */
function itemsOf(pubsub: XmlElement, to: Jid): Answer {
  const items = childOf(pubsub, 'items');
  if (items === undefined) return undefined;
  return items.attrs.node === NS.VCARD4_NODE ? vcard4Items(to) : UNKNOWN;
}
