import { el, NS } from '@stoxgate/wire-xmpp';
import { describe, expect, it } from 'vitest';
import { body, message, NOW, Pair, sentAndTaken, sentIn } from '../testing/pair-world.ts';
import { readCpim } from './cpim.ts';
import { contentOfRequest } from './sip-content.ts';

const LANGUAGES = [
  body('Hello', { 'xml:lang': 'en' }),
  body('Grüezi', { 'xml:lang': 'de-CH' }),
  body('', { 'xml:lang': 'it' }),
  body('Hola', { 'xml:lang': 'es\r\nX: y' }),
];
const PLAIN = { contentType: 'text/plain;charset=UTF-8', content: 'Hello', encoding: 'utf8' };
const ALL = { languages: 'all' } as const;

/** The one boundary, and the content with a short name for it. */
function readable({ contentType = '', content = '' } = {}) {
  const [, boundary = ''] = /^multipart\/alternative;boundary=(stox-[0-9a-f]{16})$/.exec(contentType) ?? [];
  return { boundary, content: content.replaceAll(boundary, 'B') };
}

describe('rich form', () => {
  it('rich form - a text in several languages goes in the one that is meant', () => {
    const { request } = sentIn(new Pair().say(LANGUAGES));
    expect(request.body).toEqual(PLAIN);
    expect(request.headers['content-language']).toEqual(['en']);
  });

  it('rich form - or in all of them, the one that is meant as the last, by configuration', () => {
    const { request } = sentIn(new Pair(ALL).say(LANGUAGES, { 'xml:lang': 'fr' }));
    const { boundary, content } = readable(request.body);
    expect(boundary).not.toBe('');
    expect(content.split('\r\n')).toEqual([
      ...['--B', 'Content-Type: text/plain;charset=UTF-8', 'Content-Language: de-CH', '', 'Grüezi'],
      ...['--B', 'Content-Type: text/plain;charset=UTF-8', '', 'Hola'],
      ...['--B', 'Content-Type: text/plain;charset=UTF-8', 'Content-Language: en', '', 'Hello'],
      ...['--B--', ''],
    ]);
    const read = contentOfRequest(message({ body: request.body, headers: request.headers }), NOW);
    expect(read).toEqual({ kind: 'text', text: 'Hello', lang: 'en' });
  });

  it('rich form - a body without a language is in that of its stanza', () => {
    const { request } = sentIn(
      new Pair(ALL).say([body('x'), body('y', { 'xml:lang': 'de' })], { 'xml:lang': 'fr' }),
    );
    expect(request.headers['content-language']).toEqual(['fr']);
    expect(request.body?.content).toContain('Content-Language: fr\r\n\r\nx');
  });

  it('rich form - one language is no choice', () => {
    const attrs = { 'xml:lang': 'en' };
    expect(
      sentIn(new Pair(ALL).say([body('Hello', attrs), body('', { 'xml:lang': 'de' })])).request.body,
    ).toEqual(PLAIN);
    expect(sentIn(new Pair(ALL).say([el('subject', {}, 's'), body('', attrs)])).request.body?.content).toBe(
      '',
    );
  });

  it('rich form - who refuses alternatives gets the text, and is asked no more for ten minutes', () => {
    const pair = new Pair(ALL);
    const again = sentIn(pair.answer(sentIn(pair.say(LANGUAGES)), 415));
    expect(again.request.body).toEqual(PLAIN);
    pair.answer(again, 200);
    expect(sentAndTaken(pair, LANGUAGES).request.body).toEqual(PLAIN);
    pair.now += 600_000;
    expect(readable(sentIn(pair.say(LANGUAGES)).request.body).boundary).not.toBe('');
  });

  it.each([
    ['text/plain', false],
    ['text/plain, multipart/*', true],
    ['multipart/alternative;q=0.5', true],
    ['*/*', true],
  ])('rich form - Accept: %s is heard', (accept, isRead) => {
    const pair = new Pair(ALL);
    sentAndTaken(pair, [body('x')], { type: 'chat' }, { accept: [accept] });
    expect(readable(sentIn(pair.say(LANGUAGES)).request.body).boundary !== '').toBe(isRead);
  });

  it('rich form - inside a wrapper where its sender wants to hear of it; in pieces it is plain', () => {
    const asked = el('request', { xmlns: NS.RECEIPTS });
    const wrapped = sentIn(new Pair({ ...ALL, maxMessageBytes: 0 }).say([...LANGUAGES, asked]));
    expect(readable(readCpim(wrapped.request.body?.content ?? '')?.body).content).toContain('Grüezi');
    const long = sentIn(new Pair(ALL).say([body('x '.repeat(600)), body('y', { 'xml:lang': 'de' })]));
    expect(long.request.body?.contentType).toBe('text/plain;charset=UTF-8');
  });
});
