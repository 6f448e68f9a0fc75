/**
 * The presence of an XMPP user as a PIDF document: one tuple for each resource, the most available first. RFC 8048 §6.1
 * table 1, RFC 3863, RFC 4480.
 */
import { sipOfUser } from '@stoxgate/addressing';
import type { XmlElement } from '@stoxgate/contracts';
import { el, NS } from '@stoxgate/wire-xmpp';
import type { TranslatorPolicy } from '../policy.ts';
import type { ResourcePresence, StatusText } from './resource-presence.ts';
import { tupleIdOf } from './tuple-id.ts';

const PIDF_NS = 'urn:ietf:params:xml:ns:pidf';
const DATA_MODEL = 'urn:ietf:params:xml:ns:pidf:data-model';
const RPID = 'urn:ietf:params:xml:ns:pidf:rpid';
const ACTIVITIES: Readonly<Record<string, string>> = {
  away: 'away',
  dnd: 'busy',
  xa: 'permanent-absence',
};
const MAX_PRIORITY = 127;

type Switches = Pick<TranslatorPolicy, 'addresses' | 'pidfEntity' | 'rpid'>;

/** A priority as `q`: cut, not rounded, to three places. A negative one MUST NOT be mapped. */
export const qOfPriority = (priority: number): string =>
  String(Math.floor((priority / MAX_PRIORITY) * 1000) / 1000);

const noteOf = ({ text, lang }: StatusText): XmlElement => el('note', { 'xml:lang': lang }, text);

function contactOf({ addresses }: Switches, user: string, one: ResourcePresence): XmlElement | undefined {
  if (!one.isOpen || one.resource === '' || one.priority < 0) return undefined;
  const sip = sipOfUser(addresses, `${user}/${one.resource}`);
  return sip.ok ? el('contact', { priority: qOfPriority(one.priority) }, sip.uri) : undefined;
}

function tupleOf(
  policy: Switches,
  user: string,
  one: ResourcePresence,
  notes: readonly StatusText[],
): XmlElement {
  return el(
    'tuple',
    { id: tupleIdOf(one.resource) },
    el(
      'status',
      {},
      el('basic', {}, one.isOpen ? 'open' : 'closed'),
      one.show === undefined ? undefined : el('show', { xmlns: NS.CLIENT }, one.show),
    ),
    contactOf(policy, user, one),
    ...notes.map(noteOf),
  );
}

/** What the person does, where the resource that counts says so. */
function personOf(first: ResourcePresence | undefined): XmlElement | undefined {
  const activity = ACTIVITIES[first?.show ?? ''];
  return activity === undefined
    ? undefined
    : el(
        'person',
        { xmlns: DATA_MODEL, id: 'person' },
        el('activities', { xmlns: RPID }, el(activity, { xmlns: RPID })),
      );
}

const byAvailability = (one: ResourcePresence, other: ResourcePresence): number =>
  Number(other.isOpen) - Number(one.isOpen) || other.priority - one.priority;

/** The document of these resources of `user`, a bare JID; and the language of its notes, where that is one. */
export function pidfOfUser(
  policy: Switches,
  user: string,
  resources: readonly ResourcePresence[],
): { readonly document: XmlElement; readonly lang?: string } {
  const sip = sipOfUser(policy.addresses, user);
  const address = sip.ok ? sip.aor.slice('sip:'.length) : user;
  const sorted = resources.toSorted(byAvailability);
  const [first, ...others] = sorted;
  const isOne = others.length === 0;
  const languages = new Set(resources.flatMap(({ statuses }) => statuses.map(({ lang }) => lang)));
  const [lang] = languages;
  const document = el(
    'presence',
    { xmlns: PIDF_NS, entity: `${policy.pidfEntity}:${address}` },
    ...sorted.map((one) => tupleOf(policy, user, one, isOne ? [] : one.statuses)),
    ...(isOne ? (first?.statuses ?? []).map(noteOf) : []),
    policy.rpid ? personOf(first) : undefined,
  );
  return { document, ...(languages.size === 1 && lang !== undefined ? { lang } : {}) };
}
