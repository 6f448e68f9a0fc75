/**
 * What a user's presence says of each resource, as long as somebody watches: RFC 6121 §4.7.
 */
import { parseJid } from '@stoxgate/addressing';
import type { XmlElement } from '@stoxgate/contracts';
import { childOf, childrenOf, textOf } from '@stoxgate/wire-xmpp';
import { priorityOf } from '../user/resources.ts';
import { isShow, type PidfNote, type Show } from './pidf.ts';

export interface ResourcePresence {
  /** Empty: the user as a whole, of whom no resource is known. */
  readonly resource: string;
  readonly isOpen: boolean;
  readonly priority: number;
  readonly show?: Show;
  readonly statuses: readonly PidfNote[];
  /** Version of the user's presence that this came with. */
  readonly version: number;
  /** It was said before the component was away, and not again since. */
  readonly isStale?: boolean;
}

/** More devices than a person has; of the oldest nothing more is said. */
const MAX_RESOURCES = 16;
const MAX_STATUSES = 4;
/** A NOTIFY is to fit into a datagram where people are brief. */
const MAX_STATUS = 300;
const LANGUAGE_TAG = /^[A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*$/;

const langOf = (element: XmlElement): string | undefined => {
  const lang = element.attrs['xml:lang'];
  return lang !== undefined && LANGUAGE_TAG.test(lang) ? lang : undefined;
};

function statusesOf(presence: XmlElement): readonly PidfNote[] {
  return childrenOf(presence, 'status')
    .slice(0, MAX_STATUSES)
    .map((status): PidfNote => {
      const lang = langOf(status) ?? langOf(presence);
      const text = [...textOf(status)].slice(0, MAX_STATUS).join('');
      return { text, ...(lang === undefined ? {} : { lang }) };
    })
    .filter(({ text }) => text.trim() !== '');
}

/** What a presence without a type, or `unavailable`, says. */
function presenceOf(presence: XmlElement, resource: string, version: number): ResourcePresence {
  const show = childOf(presence, 'show');
  const shown = show === undefined ? '' : textOf(show).trim();
  const isOpen = presence.attrs.type === undefined;
  return {
    resource,
    isOpen,
    priority: priorityOf(presence),
    ...(isOpen && isShow(shown) ? { show: shown } : {}),
    statuses: statusesOf(presence),
    version,
  };
}

const says = ({ isOpen, priority, show, statuses }: ResourcePresence): string =>
  JSON.stringify([isOpen, priority, show, statuses]);

const closed = (one: ResourcePresence, version: number): ResourcePresence => ({
  resource: one.resource,
  isOpen: false,
  priority: one.priority,
  statuses: [],
  version,
});

/** All of them closed that `those` names; the same array when there is none to close. */
export function closedWhere(
  resources: readonly ResourcePresence[],
  those: (one: ResourcePresence) => boolean,
  version: number,
): readonly ResourcePresence[] {
  return resources.some((one) => one.isOpen && those(one))
    ? resources.map((one) => (one.isOpen && those(one) ? closed(one, version) : one))
    : resources;
}

function bounded(resources: readonly ResourcePresence[]): readonly ResourcePresence[] {
  if (resources.length <= MAX_RESOURCES) return resources;
  const dropped = resources.find(({ isOpen }) => !isOpen) ?? resources[0];
  return resources.filter((one) => one !== dropped);
}

/**
 * The resources after a presence stanza, which would be version `version`. The same array: it said nothing new. Unavailable
 * from the bare JID closes all; of somebody of whom nothing is known it says that he is offline.
 */
export function afterPresence(
  resources: readonly ResourcePresence[],
  presence: XmlElement,
  version: number,
): readonly ResourcePresence[] {
  const resource = parseJid(presence.attrs.from ?? '')?.resource ?? '';
  const next = presenceOf(presence, resource, version);
  if (resource === '') {
    if (next.isOpen) return resources;
    return resources.length === 0 ? [next] : closedWhere(resources, () => true, version);
  }
  const known = resources.find((one) => one.resource === resource);
  // Of a resource that nobody heard of, that it is gone is news only where nothing else is known.
  if (known === undefined && !next.isOpen && resources.length > 0) return resources;
  if (known !== undefined && says(known) === says(next)) {
    return known.isStale === true
      ? resources.map((one) => (one === known ? { ...next, version: known.version } : one))
      : resources;
  }
  return bounded([...resources.filter((one) => one !== known && one.resource !== ''), next]);
}

/**
 * Those still to be told of to somebody who knows version `told`, or to others: a resource that is gone is said once, the
 * last one as long as there is no other.
 */
export function withoutTold(
  resources: readonly ResourcePresence[],
  told: number,
): readonly ResourcePresence[] {
  const hasOpen = resources.some(({ isOpen }) => isOpen);
  const last = resources.at(-1);
  const left = resources.filter((one) => one.isOpen || one.version > told || (!hasOpen && one === last));
  return left.length === resources.length ? resources : left;
}
