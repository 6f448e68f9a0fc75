import { expect, test } from 'vitest';
import { el } from './element.ts';
import { NS } from './namespaces.ts';
import { readStanzaError, STANZA_CONDITIONS, stanzaError } from './stanza-error.ts';

const iq = el('iq', { type: 'set', id: 'x', from: 'a@b/c', to: 'd@e' }, el('query', { xmlns: NS.VERSION }));

test('stanza error - the reply swaps the addresses and keeps kind and id', () => {
  const application = el('unknown-session', { xmlns: NS.JINGLE_ERRORS });
  expect(stanzaError(iq, { condition: 'item-not-found', text: 'no such session', application })).toEqual(
    el(
      'iq',
      { type: 'error', from: 'd@e', to: 'a@b/c', id: 'x' },
      el(
        'error',
        { type: 'cancel' },
        el('item-not-found', { xmlns: NS.STANZA_ERROR }),
        el('text', { xmlns: NS.STANZA_ERROR, 'xml:lang': 'en' }, 'no such session'),
        application,
      ),
    ),
  );
});

test('stanza error - 22 conditions, each with the type of RFC 6120 §8.3.3 and read back as written', () => {
  const conditions = Object.keys(STANZA_CONDITIONS) as (keyof typeof STANZA_CONDITIONS)[];
  expect(conditions).toHaveLength(22);
  for (const condition of conditions) {
    const read = readStanzaError(stanzaError(el('message'), { condition }));
    expect(read).toMatchObject({ condition, type: STANZA_CONDITIONS[condition], application: [] });
  }
});

test('stanza error - the new address of gone and redirect is read', () => {
  const error = stanzaError(iq, { condition: 'gone', address: 'xmpp:z@e', type: 'modify' });
  expect(readStanzaError(error)).toMatchObject({ condition: 'gone', type: 'modify', address: 'xmpp:z@e' });
  expect(readStanzaError(stanzaError(iq, { condition: 'gone' })).address).toBeUndefined();
  expect(readStanzaError(stanzaError(iq, { condition: 'conflict', address: 'x' })).address).toBeUndefined();
});

test('stanza error - what is missing, foreign or unknown reads as undefined-condition', () => {
  expect(readStanzaError(el('iq', { type: 'error' }))).toMatchObject({
    condition: 'undefined-condition',
    type: 'modify',
  });
  const foreign = el('error', { type: 'odd' }, el('gone'), el('no-such', { xmlns: NS.STANZA_ERROR }));
  expect(readStanzaError(el('iq', {}, foreign))).toMatchObject({
    condition: 'undefined-condition',
    type: 'modify',
    application: [el('gone')],
  });
  expect(
    readStanzaError(el('iq', {}, el('error', {}, el('toString', { xmlns: NS.STANZA_ERROR })))),
  ).toMatchObject({ condition: 'undefined-condition' });
});
