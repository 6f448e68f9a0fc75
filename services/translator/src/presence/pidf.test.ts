import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { PidfDocument } from './pidf.ts';
import { readPidf } from './pidf-read.ts';
import { writePidf } from './pidf-write.ts';
import { contactPriorityOf, resourcePriorityOf } from './priority.ts';
import { activityOfShow, meaningOfActivities } from './rpid.ts';
import { resourceOfTupleId, tupleIdOf } from './tuple-id.ts';

const document = (inner: string, attrs = "entity='pres:romeo@example.net'"): string =>
  `<?xml version='1.0' encoding='UTF-8'?>\n<presence xmlns='urn:ietf:params:xml:ns:pidf' ${attrs}>${inner}</presence>`;
const tuple = (inner: string, id = 'ID-orchard'): string => `<tuple id='${id}'>${inner}</tuple>`;
const tuplesOf = (inner: string) => readPidf(document(inner))?.tuples;

describe('pidf', () => {
  test('pidf - what RFC 8048 shows is read, and written alike', () => {
    const read = readPidf(
      document(
        tuple(
          "<status><basic>open</basic><show xmlns='jabber:client'>away</show></status>" +
            "<contact priority='0.992'>sip:romeo@example.net;gr=orchard</contact>" +
            "<note xml:lang='en'>Wooing Juliet</note><timestamp>2026-01-02T03:04:05Z</timestamp>",
        ),
      ),
    );
    const expected: PidfDocument = {
      entity: 'pres:romeo@example.net',
      tuples: [
        {
          id: 'ID-orchard',
          isOpen: true,
          show: 'away',
          notes: [{ text: 'Wooing Juliet', lang: 'en' }],
          contact: { uri: 'sip:romeo@example.net;gr=orchard', priority: 0.992 },
          timestamp: Date.UTC(2026, 0, 2, 3, 4, 5),
        },
      ],
      notes: [],
    };
    expect(read).toEqual(expected);
    expect(readPidf(writePidf(expected))).toEqual(expected);
  });

  test('pidf - namespaces count, prefixes do not', () => {
    const prefixed =
      "<p:presence xmlns:p='urn:ietf:params:xml:ns:pidf' entity='sip:r@example.net'><p:tuple id='a'>" +
      '<p:status><p:basic>closed</p:basic></p:status></p:tuple></p:presence>';
    expect(readPidf(prefixed)?.tuples).toEqual([{ id: 'a', isOpen: false, notes: [] }]);
    expect(readPidf("<presence entity='sip:r@example.net'/>")).toBeUndefined();
    expect(tuplesOf(tuple("<status><basic xmlns='urn:x'>open</basic></status>"))).toEqual([
      { id: 'ID-orchard', notes: [] },
    ]);
    expect(
      tuplesOf(tuple('<status><basic>open</basic><show>away</show></status>'))?.[0]?.show,
    ).toBeUndefined();
  });

  test('pidf - what the person does, and notes of the person, wherever they stand (RFC 4480)', () => {
    const activities = (name: string): string =>
      `<r:activities xmlns:r='urn:ietf:params:xml:ns:pidf:rpid'><r:${name}/></r:activities>`;
    const read = readPidf(
      document(
        tuple(`<status><basic>open</basic>${activities('busy')}</status>${activities('meal')}`) +
          `<d:person xmlns:d='urn:ietf:params:xml:ns:pidf:data-model' id='p'>${activities('on-the-phone')}<d:note>Later</d:note></d:person>`,
      ),
    );
    expect(read?.activities).toEqual(['on-the-phone']);
    expect(read?.tuples[0]?.activities).toEqual(['meal', 'busy']);
    expect(read?.notes).toEqual([{ text: 'Later' }]);
    expect(readPidf(writePidf({ entity: 'sip:a@b', tuples: [], notes: [], activities: ['busy'] }))).toEqual({
      entity: 'sip:a@b',
      tuples: [],
      notes: [],
      activities: ['busy'],
    });
  });

  test.each([
    ['nothing', ''],
    ['no XML', 'open'],
    ['an entity that is not there', document('', '')],
    ['another root', "<presence xmlns='urn:x' entity='sip:a@b'/>"],
    ['a document type', `<!DOCTYPE presence [<!ENTITY x "y">]>${document(tuple('&x;'))}`],
    ['an entity reference', document(tuple('<note>&x;</note>'))],
    ['a comment', document('<!-- x -->')],
    ['an element that is not closed', document('<tuple>')],
    ['more than 64 KiB', document(tuple(`<note>${'x'.repeat(70_000)}</note>`))],
    ['nesting without end', document('<a>'.repeat(50) + '</a>'.repeat(50))],
  ])('pidf - %s is no document', (_what, text) => {
    expect(readPidf(text)).toBeUndefined();
  });

  test('pidf - what is odd is left out', () => {
    const odd = tuplesOf(
      tuple(
        "<status><basic>maybe</basic><show xmlns='jabber:client'>gone</show></status><contact priority='2'/>" +
          "<note> </note><note xml:lang='*'>Hi</note><timestamp>yesterday</timestamp>",
      ),
    );
    expect(odd).toEqual([{ id: 'ID-orchard', notes: [{ text: 'Hi' }] }]);
    expect(tuplesOf(tuple("<contact priority='high'>sip:a@b</contact>"))?.[0]?.contact).toEqual({
      uri: 'sip:a@b',
    });
  });

  test('pidf - tuples, notes and their length are bounded', () => {
    const many = tuplesOf(Array.from({ length: 40 }, (_, i) => tuple('', `t${i}`)).join(''));
    expect(many).toHaveLength(16);
    const notes = tuplesOf(tuple(`<note>${'😀'.repeat(600)}</note>`.repeat(20)))?.[0]?.notes ?? [];
    expect(notes).toHaveLength(8);
    expect(notes[0]?.text).toBe('😀'.repeat(256));
  });
});

describe('tuple ids', () => {
  test.each([
    ['orchard', 'ID-orchard'],
    ['my phone', 'ID-my_x20_phone'],
    ['a_b', 'ID-a_b'],
    ['a_x20_', 'ID-a_x5F_x20_'],
    ['1/2', 'ID-1_x2F_2'],
    ['Gärten', 'ID-Gärten'],
    ['😀', 'ID-😀'],
    ['2×3', 'ID-2_xC3__x97_3'],
  ])('tuple ids - %j is %s and back', (resource, id) => {
    expect(tupleIdOf(resource)).toBe(id);
    expect(resourceOfTupleId(id)).toBe(resource);
  });

  test('tuple ids - every resource has another id, an XML name, and comes back', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('_', 'x', '2', '0', 'F', ' ', 'ä', '×', '/') }),
        (resource) => {
          const id = tupleIdOf(resource);
          expect(id).toMatch(/^[\p{L}\p{M}\p{N}\p{S}_.-]+$/u);
          expect(resourceOfTupleId(id)).toBe(resource === '' ? undefined : resource);
        },
      ),
    );
  });

  test('tuple ids - what nobody escaped stays as it is; without the prefix there is no resource', () => {
    expect(resourceOfTupleId('ID-_xFF_')).toBe('_xFF_');
    expect(resourceOfTupleId('ID-_x2_')).toBe('_x2_');
    expect(resourceOfTupleId('bs35r9')).toBeUndefined();
    expect(resourceOfTupleId('ID-')).toBeUndefined();
  });
});

describe('priorities', () => {
  test.each([
    [0, 0],
    [1, 0.007],
    [2, 0.015],
    [126, 0.992],
    [127, 1],
  ])('priorities - %i is %d and back', (priority, q) => {
    expect(contactPriorityOf(priority)).toBe(q);
    expect(resourcePriorityOf(q)).toBe(priority);
  });

  test('priorities - a negative one is none (MUST NOT)', () => {
    expect(contactPriorityOf(-1)).toBeUndefined();
  });
});

describe('activities', () => {
  test.each([
    ['away', 'away'],
    ['dnd', 'busy'],
    ['xa', 'permanent-absence'],
    ['chat', undefined],
    [undefined, undefined],
  ] as const)('activities - %s is %s', (show, activity) => {
    expect(activityOfShow(show)).toBe(activity);
  });

  test.each([
    [['on-the-phone'], { show: 'dnd', status: 'On the phone' }],
    [['busy'], { show: 'dnd' }],
    [['away'], { show: 'away' }],
    [['meal'], { show: 'away' }],
    [['meeting'], { show: 'dnd' }],
    [['permanent-absence'], { show: 'xa' }],
    [['away', 'busy', 'on-the-phone', 'meal'], { show: 'dnd', status: 'On the phone' }],
    [['away', 'vacation'], { show: 'xa' }],
    [['wooing'], undefined],
    [[], undefined],
  ])('activities - %j say %j', (names, meaning) => {
    expect(meaningOfActivities(names)).toEqual(meaning);
  });
});
