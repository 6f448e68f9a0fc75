/**
 * Reads presence documents: RFC 3863 §4.1. Document types and entities are refused, as in all XML from the wire.
 */
import type { XmlElement } from '@stoxgate/contracts';
import { elementsOf, NS, namespaceOf, parseXml, textOf, type XmlLimits } from '@stoxgate/wire-xmpp';
import {
  DATA_MODEL_NAMESPACE,
  isShow,
  PIDF_NAMESPACE,
  type PidfDocument,
  type PidfNote,
  type PidfTuple,
  RPID_NAMESPACE,
} from './pidf.ts';

/** Documents are of people with some devices each. */
const LIMITS: XmlLimits = { maxBytes: 65_536, maxDepth: 16, maxAttributes: 32 };
const MAX_TUPLES = 16;
const MAX_NOTES = 8;
const MAX_NOTE_CHARS = 512;
const MAX_ID_CHARS = 256;
const MAX_URI_CHARS = 512;
const MAX_ACTIVITIES = 16;

const TIMESTAMP = /^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:[Zz]|[+-]\d\d:\d\d)$/;
const LANGUAGE_TAG = /^[A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*$/;
const PRIORITY = /^(?:0?\.\d{1,9}|[01](?:\.\d{0,9})?)$/;

/** An element and the namespace that it is in. */
interface Node {
  readonly element: XmlElement;
  readonly namespace: string;
}

const childrenOf = ({ element, namespace }: Node): readonly Node[] =>
  elementsOf(element).map((child) => ({ element: child, namespace: namespaceOf(child, namespace) }));

const is = (node: Node, name: string, namespace: string): boolean =>
  node.element.name === name && node.namespace === namespace;

const childIn = (node: Node, name: string, namespace: string): Node | undefined =>
  childrenOf(node).find((child) => is(child, name, namespace));

const textIn = (node: Node): string => textOf(node.element).trim();

/** The first characters of a text, none cut in two. */
const first = (text: string, max: number): string =>
  text.length <= max ? text : text.slice(0, max).replace(/[\uD800-\uDBFF]$/, '');

function notesIn(node: Node, namespace: string): readonly PidfNote[] {
  return childrenOf(node)
    .filter((child) => is(child, 'note', namespace))
    .slice(0, MAX_NOTES)
    .flatMap((note): PidfNote[] => {
      const text = first(textIn(note), MAX_NOTE_CHARS);
      const lang = note.element.attrs['xml:lang'] ?? '';
      if (text === '') return [];
      return [LANGUAGE_TAG.test(lang) ? { text, lang } : { text }];
    });
}

/** Names of activities, wherever in `nodes` they are told. */
const activitiesIn = (nodes: readonly Node[]): readonly string[] =>
  nodes
    .flatMap((node) => childrenOf(node).filter((child) => is(child, 'activities', RPID_NAMESPACE)))
    .flatMap(childrenOf)
    .filter(({ namespace }) => namespace === RPID_NAMESPACE)
    .map(({ element }) => element.name)
    .slice(0, MAX_ACTIVITIES);

function contactIn(tuple: Node): PidfTuple['contact'] {
  const contact = childIn(tuple, 'contact', PIDF_NAMESPACE);
  const uri = contact && textIn(contact);
  if (contact === undefined || !uri || uri.length > MAX_URI_CHARS) return undefined;
  const written = (contact.element.attrs.priority ?? '').trim();
  return PRIORITY.test(written) ? { uri, priority: Math.min(1, Number(written)) } : { uri };
}

function timestampIn(tuple: Node): number | undefined {
  const node = childIn(tuple, 'timestamp', PIDF_NAMESPACE);
  const text = node && textIn(node);
  const at = text !== undefined && TIMESTAMP.test(text) ? Date.parse(text.toUpperCase()) : Number.NaN;
  return Number.isFinite(at) ? at : undefined;
}

function basicIn(status: Node | undefined): boolean | undefined {
  const basic = status && childIn(status, 'basic', PIDF_NAMESPACE);
  const text = basic && textIn(basic);
  return text === 'open' || text === 'closed' ? text === 'open' : undefined;
}

function tupleIn(node: Node): PidfTuple {
  const status = childIn(node, 'status', PIDF_NAMESPACE);
  const isOpen = basicIn(status);
  const show = status && childIn(status, 'show', NS.CLIENT);
  const shown = show && textIn(show);
  const contact = contactIn(node);
  const timestamp = timestampIn(node);
  const activities = activitiesIn(status === undefined ? [node] : [node, status]);
  const device = childIn(node, 'deviceID', DATA_MODEL_NAMESPACE);
  const deviceId = device && first(textIn(device), MAX_ID_CHARS);
  return {
    id: first((node.element.attrs.id ?? '').trim(), MAX_ID_CHARS),
    ...(isOpen === undefined ? {} : { isOpen }),
    ...(shown !== undefined && isShow(shown) ? { show: shown } : {}),
    notes: notesIn(node, PIDF_NAMESPACE),
    ...(contact && { contact }),
    ...(timestamp === undefined ? {} : { timestamp }),
    ...(activities.length > 0 && { activities }),
    ...(deviceId && { deviceId }),
  };
}

/** Reads a document. Total: undefined for what is none; what is odd in it is left out, and what is too much. */
export function readPidf(text: string): PidfDocument | undefined {
  const parsed = parseXml(text.trim(), LIMITS);
  if (!parsed.ok) return undefined;
  const root: Node = { element: parsed.element, namespace: parsed.element.attrs.xmlns ?? '' };
  const entity = (root.element.attrs.entity ?? '').trim();
  if (!is(root, 'presence', PIDF_NAMESPACE) || entity === '' || entity.length > MAX_URI_CHARS)
    return undefined;
  const children = childrenOf(root);
  const persons = children.filter((child) => is(child, 'person', DATA_MODEL_NAMESPACE));
  const activities = activitiesIn(persons);
  return {
    entity,
    tuples: children
      .filter((child) => is(child, 'tuple', PIDF_NAMESPACE))
      .slice(0, MAX_TUPLES)
      .map(tupleIn),
    notes: [
      ...notesIn(root, PIDF_NAMESPACE),
      ...persons.flatMap((person) => notesIn(person, DATA_MODEL_NAMESPACE)),
    ].slice(0, MAX_NOTES),
    ...(activities.length > 0 && { activities }),
  };
}
