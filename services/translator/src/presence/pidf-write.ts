/**
 * Writes presence documents: RFC 3863 §4.1, RFC 8048 §6.2.
 */
import type { XmlElement } from '@stoxgate/contracts';
import { el, NS, serialize } from '@stoxgate/wire-xmpp';
import {
  DATA_MODEL_NAMESPACE,
  PIDF_NAMESPACE,
  type PidfDocument,
  type PidfNote,
  type PidfTuple,
  RPID_NAMESPACE,
} from './pidf.ts';

const noteElement = ({ text, lang }: PidfNote): XmlElement => el('note', { 'xml:lang': lang }, text);

/** At most three digits behind the point (RFC 3863 §4.4). */
const priorityText = (priority: number): string => String(Math.round(priority * 1000) / 1000);

function tupleElement({ id, isOpen, show, notes, contact, timestamp }: PidfTuple): XmlElement {
  return el(
    'tuple',
    { id },
    el(
      'status',
      {},
      isOpen === undefined ? undefined : el('basic', {}, isOpen ? 'open' : 'closed'),
      show && el('show', { xmlns: NS.CLIENT }, show),
    ),
    contact &&
      el(
        'contact',
        { priority: contact.priority === undefined ? undefined : priorityText(contact.priority) },
        contact.uri,
      ),
    ...notes.map(noteElement),
    timestamp === undefined ? undefined : el('timestamp', {}, new Date(timestamp).toISOString()),
  );
}

/** What the person does, of which some watchers know more words than of `show` (RFC 4480 §3.2). */
const personElement = (activities: readonly string[]): XmlElement =>
  el(
    'person',
    { xmlns: DATA_MODEL_NAMESPACE, id: 'person' },
    el('activities', { xmlns: RPID_NAMESPACE }, ...activities.map((name) => el(name))),
  );

/** The document as text. Activities are those of the person. */
export function writePidf({ entity, tuples, notes, activities = [] }: PidfDocument): string {
  const document = el(
    'presence',
    { xmlns: PIDF_NAMESPACE, entity },
    ...tuples.map(tupleElement),
    ...notes.map(noteElement),
    activities.length === 0 ? undefined : personElement(activities),
  );
  return `<?xml version="1.0" encoding="UTF-8"?>\r\n${serialize(document)}\r\n`;
}
