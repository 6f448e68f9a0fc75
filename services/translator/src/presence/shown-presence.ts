/**
 * What a PIDF document says of a contact, as presence of its resources: RFC 8048 §6.3 table 2.
 */
import { parseJid, resourceOfGr } from '@stoxgate/addressing';
import type { XmlElement } from '@stoxgate/contracts';
import { el, NS, ownCaps } from '@stoxgate/wire-xmpp';
import { FIXED_RESOURCE, unnamedResource } from '../fixed-resource.ts';
import type { PidfDocument, PidfNote, PidfTuple, Show } from './pidf.ts';
import { resourcePriorityOf } from './priority.ts';
import { meaningOfActivities } from './rpid.ts';
import { resourceOfTupleId } from './tuple-id.ts';

/** Presence of one resource, as it was told. */
export interface ShownResource {
  readonly resource: string;
  readonly isOpen: boolean;
  readonly show?: Show;
  readonly priority?: number;
  readonly notes?: readonly PidfNote[];
  /** Language of the whole. */
  readonly lang?: string;
  /** Its timestamp, ms since the epoch. */
  readonly at?: number;
}

const GR = /;gr=([^;?>\s]+)/i;
/** Notes that are kept of a resource, and their characters in all. */
const MAX_NOTES = 2;
const MAX_NOTE_CHARS = 256;
/** Resources that are kept. */
const MAX_SHOWN = 8;
/** Presence older than this says of when it is (XEP-0203). */
const DELAY_FROM_MS = 60_000;

/**
 * Resource of a tuple: the SIP instance that its contact names; the resource that its id was made of; else the fixed one,
 * with an id where there is one, for calls to it must not ask for an instance by that.
 */
export function resourceOfTuple(contact: string, { id, contact: address, deviceId }: PidfTuple): string {
  const gr = GR.exec(address?.uri ?? '')?.[1];
  const instance = gr === undefined ? undefined : resourceOfGr(gr);
  const name = deviceId ?? id;
  const wanted =
    (instance?.ok === true ? instance.text : resourceOfTupleId(id)) ??
    (name === '' ? FIXED_RESOURCE : unnamedResource(name));
  return parseJid(`${contact}/${wanted}`)?.resource ?? FIXED_RESOURCE;
}

/** A tuple without a status of its own is open if anything in it says so. */
const isOpen = ({ isOpen: said, show, activities }: PidfTuple): boolean | undefined =>
  said ?? (show !== undefined || activities !== undefined ? true : undefined);

const cut = (text: string): string =>
  text.length <= MAX_NOTE_CHARS ? text : text.slice(0, MAX_NOTE_CHARS).replace(/[\uD800-\uDBFF]$/, '');

/** One note for each language (RFC 6121 §4.7.2.2). */
const notesOf = (notes: readonly PidfNote[]): readonly PidfNote[] =>
  notes
    .filter(({ lang }, at) => notes.findIndex((other) => other.lang === lang) === at)
    .slice(0, MAX_NOTES)
    .map((note) => ({ ...note, text: cut(note.text) }));

function shownOf(
  contact: string,
  document: PidfDocument,
  tuple: PidfTuple,
  lang: string | undefined,
): ShownResource | undefined {
  const open = isOpen(tuple);
  if (open === undefined) return undefined;
  const meaning = meaningOfActivities(tuple.activities ?? document.activities ?? []);
  const written = tuple.notes.length > 0 ? tuple.notes : document.notes;
  const notes = notesOf(
    written.length > 0 || meaning?.status === undefined || !open ? written : [{ text: meaning.status }],
  );
  const show = open ? (tuple.show ?? meaning?.show) : undefined;
  const priority = tuple.contact?.priority;
  return {
    resource: resourceOfTuple(contact, tuple),
    isOpen: open,
    ...(show && { show }),
    ...(open && priority !== undefined && { priority: resourcePriorityOf(priority) }),
    ...(notes.length > 0 && { notes }),
    ...(lang !== undefined && { lang }),
    ...(tuple.timestamp !== undefined && { at: tuple.timestamp }),
  };
}

/** Whether `one` says more of a resource than `other`: of two tuples for one the open, then the preferred, then the later. */
function isBetter(one: ShownResource, other: ShownResource): boolean {
  if (one.isOpen !== other.isOpen) return one.isOpen;
  const [priority, otherPriority] = [one.priority ?? 0, other.priority ?? 0];
  return priority === otherPriority ? (one.at ?? 0) > (other.at ?? 0) : priority > otherPriority;
}

/** The resources of a document, by name; what is older than what is known stays as it is. */
export function resourcesIn(
  contact: string,
  document: PidfDocument,
  known: readonly ShownResource[],
  lang: string | undefined,
): readonly ShownResource[] {
  const found = new Map<string, ShownResource>();
  for (const tuple of document.tuples) {
    const one = shownOf(contact, document, tuple, lang);
    const other = one && found.get(one.resource);
    if (one !== undefined && (other === undefined || isBetter(one, other))) found.set(one.resource, one);
  }
  return [...found.values()].slice(0, MAX_SHOWN).map((one) => {
    const before = known.find(({ resource }) => resource === one.resource);
    return before?.at !== undefined && one.at !== undefined && one.at < before.at ? before : one;
  });
}

export interface PresenceEnds {
  /** Bare JID of the contact. */
  readonly contact: string;
  readonly to: string;
  /** Hash of what a contact can do (XEP-0115). */
  readonly ver: string;
  readonly now: number;
}

/** The presence of a resource. */
export function presenceOf({ contact, to, ver, now }: PresenceEnds, one: ShownResource): XmlElement {
  const { resource, show, priority, notes = [], lang, at } = one;
  const from = `${contact}/${resource}`;
  const statuses = notes.map((note) => el('status', { 'xml:lang': note.lang }, note.text));
  if (!one.isOpen) return el('presence', { from, to, type: 'unavailable', 'xml:lang': lang }, ...statuses);
  return el(
    'presence',
    { from, to, 'xml:lang': lang },
    show && el('show', {}, show),
    ...statuses,
    priority === undefined ? undefined : el('priority', {}, String(priority)),
    ownCaps(ver),
    at === undefined || now - at < DELAY_FROM_MS
      ? undefined
      : el('delay', { xmlns: NS.DELAY, stamp: new Date(at).toISOString() }),
  );
}

const isSame = (one: ShownResource, other: ShownResource | undefined): boolean =>
  other !== undefined && JSON.stringify({ ...one, at: 0 }) === JSON.stringify({ ...other, at: 0 });

/** What is new in `next` against `before`: changed resources, and those that are gone. Unchanged ones are not told again. */
export const newsIn = (
  ends: PresenceEnds,
  before: readonly ShownResource[],
  next: readonly ShownResource[],
): readonly XmlElement[] => [
  ...before
    .filter((one) => one.isOpen && !next.some(({ resource }) => resource === one.resource))
    .map(({ resource }) => presenceOf(ends, { resource, isOpen: false })),
  ...next
    .filter(
      (one) =>
        !isSame(
          one,
          before.find(({ resource }) => resource === one.resource),
        ),
    )
    .map((one) => presenceOf(ends, one)),
];
