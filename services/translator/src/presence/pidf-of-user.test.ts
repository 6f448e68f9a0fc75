import { el, isNcName } from '@stoxgate/wire-xmpp';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { POLICY } from '../testing/pair-world.ts';
import { languageOf, pidfOfUser } from './pidf-of-user.ts';
import { readPidf } from './pidf-read.ts';
import { writePidf } from './pidf-write.ts';
import { afterPresence, type ResourcePresence, withoutTold } from './resource-presence.ts';
import { resourceOfTupleId, tupleIdOf } from './tuple-id.ts';

const USER = 'alice@example.org';
const presence = (resource: string, type?: string, ...children: ReturnType<typeof el>[]) =>
  el('presence', { from: resource === '' ? USER : `${USER}/${resource}`, type }, ...children);
const after = (...stanzas: ReturnType<typeof el>[]): readonly ResourcePresence[] =>
  stanzas.reduce<readonly ResourcePresence[]>((all, one, at) => afterPresence(all, one, at + 1), []);
const documentOf = (resources: readonly ResourcePresence[], changes = {}) =>
  pidfOfUser({ ...POLICY, ...changes }, USER, resources);

describe('presence to PIDF (RFC 8048 table 1)', () => {
  test('presence to PIDF - one resource: open, with where it is, show, and what it says of the person', () => {
    const resources = after(
      presence(
        'balcony',
        undefined,
        el('show', {}, 'away'),
        el('status', { 'xml:lang': 'en' }, 'Soon'),
        el('priority', {}, '1'),
        el('c', { xmlns: 'http://jabber.org/protocol/caps', ver: 'x' }),
      ),
    );
    const document = documentOf(resources);
    expect(document).toEqual({
      entity: 'pres:alice@example.org',
      tuples: [
        {
          id: 'ID-balcony',
          isOpen: true,
          show: 'away',
          notes: [],
          contact: { uri: 'sip:alice@example.org;gr=balcony', priority: 0.007 },
        },
      ],
      notes: [{ text: 'Soon', lang: 'en' }],
    });
    expect(languageOf(document)).toBe('en');
    expect(readPidf(writePidf(document))).toEqual(document);
  });

  test.each([
    [0, 0],
    [1, 0.007],
    [2, 0.015],
    [126, 0.992],
    [127, 1],
    [-1, undefined],
  ])('presence to PIDF - priority %i is %s', (priority, q) => {
    const resources = after(presence('r', undefined, el('priority', {}, String(priority))));
    expect(documentOf(resources).tuples[0]?.contact?.priority).toBe(q);
  });

  test.each(['away', 'chat', 'dnd', 'xa'])('presence to PIDF - show %s', (show) => {
    expect(documentOf(after(presence('r', undefined, el('show', {}, show)))).tuples[0]?.show).toBe(show);
  });

  test('presence to PIDF - a show that is none is left out, and so is a status without words', () => {
    const resources = after(presence('r', undefined, el('show', {}, 'gone'), el('status', {}, ' ')));
    expect(documentOf(resources)).toMatchObject({
      tuples: [{ id: 'ID-r', isOpen: true, notes: [] }],
      notes: [],
    });
    expect(documentOf(resources).tuples[0]).not.toHaveProperty('show');
  });

  test('presence to PIDF - several resources are tuples of one document, the most available first', () => {
    const resources = after(
      presence('a', undefined, el('priority', {}, '-1'), el('status', { 'xml:lang': 'en' }, 'A')),
      presence('b', undefined, el('priority', {}, '5'), el('status', { 'xml:lang': 'de' }, 'B')),
      presence('c', undefined),
      presence('c', 'unavailable'),
    );
    const document = documentOf(resources);
    expect(document.tuples.map(({ id, isOpen, notes }) => [id, isOpen, notes])).toEqual([
      ['ID-b', true, [{ text: 'B', lang: 'de' }]],
      ['ID-a', true, [{ text: 'A', lang: 'en' }]],
      ['ID-c', false, []],
    ]);
    expect(document.notes).toEqual([]);
    expect(languageOf(document)).toBeUndefined();
  });

  test('presence to PIDF - the language of the stanza is that of its status', () => {
    const stanza = { ...presence('r', undefined, el('status', {}, 'Bald')) };
    const resources = after({ ...stanza, attrs: { ...stanza.attrs, 'xml:lang': 'de' } });
    expect(languageOf(documentOf(resources))).toBe('de');
  });

  test('presence to PIDF - RPID and the scheme of the entity are configured', () => {
    const dnd = after(presence('r', undefined, el('show', {}, 'dnd')));
    expect(documentOf(dnd)).not.toHaveProperty('activities');
    expect(documentOf(dnd, { rpid: true, pidfEntity: 'sip' })).toMatchObject({
      entity: 'sip:alice@example.org',
      activities: ['busy'],
    });
  });

  test('presence to PIDF - a resource that is gone is told once, the last as long as there is no other', () => {
    const open = after(presence('a'), presence('b'));
    const one = afterPresence(open, presence('a', 'unavailable'), 3);
    expect(one.map(({ resource, isOpen }) => [resource, isOpen])).toEqual([
      ['b', true],
      ['a', false],
    ]);
    expect(withoutTold(one, 2)).toBe(one);
    const told = withoutTold(one, 3);
    expect(told.map(({ resource }) => resource)).toEqual(['b']);
    const none = afterPresence(told, presence('b', 'unavailable'), 4);
    expect(withoutTold(none, 4).map(({ resource, isOpen }) => [resource, isOpen])).toEqual([['b', false]]);
    // Nobody waits for the end of what was not known.
    expect(afterPresence(none, presence('c', 'unavailable'), 5)).toBe(none);
  });

  test('presence to PIDF - unavailable from the bare JID: all are gone, or the user is offline', () => {
    expect(
      after(presence('a'), presence('b'), presence('', 'unavailable')).every(({ isOpen }) => !isOpen),
    ).toBe(true);
    expect(documentOf(after(presence('', 'unavailable'))).tuples).toEqual([
      { id: 'ID-', isOpen: false, notes: [] },
    ]);
    expect(after(presence(''))).toEqual([]);
  });

  test('presence to PIDF - resources and what they say are bounded', () => {
    const long = 'x'.repeat(2_000);
    const stanzas = Array.from({ length: 40 }, (_, i) =>
      presence(`r${i}`, undefined, ...Array.from({ length: 20 }, () => el('status', {}, long))),
    );
    const resources = after(...stanzas);
    expect(resources).toHaveLength(16);
    expect(resources.at(-1)?.resource).toBe('r39');
    expect(resources[0]?.statuses).toHaveLength(4);
    expect(resources[0]?.statuses[0]?.text).toHaveLength(300);
  });

  test('presence to PIDF - ids are XML names, and no two resources have one', () => {
    expect(tupleIdOf('a b_x/ü_')).toBe('ID-a_x20_b_x5F_x_x2F_ü_');
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1 }), (resource) => {
        const id = tupleIdOf(resource);
        expect(isNcName(id)).toBe(true);
        expect(resourceOfTupleId(id)).toBe(resource);
      }),
    );
  });
});
