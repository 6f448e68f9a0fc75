import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { el } from './element.ts';
import { NS } from './namespaces.ts';
import { StanzaReader, type StreamEvent } from './stanza-reader.ts';
import { DEFAULT_XML_LIMITS, type XmlLimits } from './xml-limits.ts';
import { XmlScanner } from './xml-scanner.ts';

const HEADER =
  "<?xml version='1.0'?><stream:stream xmlns='jabber:component:accept' " +
  "xmlns:stream='http://etherx.jabber.org/streams' id='7' from='c.test'>";
const SMALL: XmlLimits = { maxBytes: 200, maxDepth: 4, maxAttributes: 4 };

const readAll = (text: string, limits = DEFAULT_XML_LIMITS): readonly StreamEvent[] =>
  new StanzaReader(limits).push(text);
/** After the stream header. */
const readBody = (text: string, limits = DEFAULT_XML_LIMITS): readonly StreamEvent[] =>
  readAll(HEADER + text, limits).slice(1);
const conditionOf = (events: readonly StreamEvent[]): string | undefined =>
  events.flatMap((event) => (event.kind === 'fault' ? [event.fault.condition] : []))[0];

/** Chops at every place that `size` gives, never between the halves of a surrogate pair. */
function readInPieces(text: string, sizes: readonly number[], limits: XmlLimits): readonly StreamEvent[] {
  const reader = new StanzaReader(limits);
  const characters = Array.from(text);
  const events: StreamEvent[] = [];
  for (let i = 0, turn = 0; i < characters.length; turn++) {
    const size = sizes[turn % sizes.length] ?? 1;
    events.push(...reader.push(characters.slice(i, i + size).join('')));
    i += size;
  }
  return events;
}

describe('stanza reader', () => {
  test('stanza reader - header, stanzas and the end, in order', () => {
    const text = `${HEADER}\n<message to='a@c.test'><body>hi</body></message> <presence/></stream:stream>`;
    expect(readAll(text)).toEqual([
      { kind: 'stream-open', attrs: { xmlns: NS.STREAM, id: '7', from: 'c.test' } },
      { kind: 'stanza', element: el('message', { to: 'a@c.test' }, el('body', {}, 'hi')) },
      { kind: 'stanza', element: el('presence') },
      { kind: 'stream-close' },
    ]);
  });

  test('stanza reader - content namespaces are implied, others stand on the element', () => {
    const text =
      "<iq xmlns='jabber:client'><query xmlns='jabber:iq:version'/><error xmlns='jabber:server'/></iq>" +
      "<stream:error><conflict xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></stream:error>" +
      "<message><forwarded xmlns='urn:xmpp:forward:0'><message xmlns='jabber:client'><body/></message></forwarded></message>";
    expect(readBody(text)).toEqual([
      { kind: 'stanza', element: el('iq', {}, el('query', { xmlns: NS.VERSION }), el('error')) },
      {
        kind: 'stanza',
        element: el('error', { xmlns: NS.STREAM }, el('conflict', { xmlns: NS.STREAM_ERROR })),
      },
      {
        kind: 'stanza',
        element: el(
          'message',
          {},
          el('forwarded', { xmlns: NS.FORWARD }, el('message', { xmlns: NS.CLIENT }, el('body'))),
        ),
      },
    ]);
  });

  test('stanza reader - prefixes declared on the stream serve all its stanzas', () => {
    const header = HEADER.replace("id='7'", "xmlns:p='urn:p'");
    const [, stanza] = readAll(`${header}<message><p:x/></message>`);
    expect(stanza).toEqual({ kind: 'stanza', element: el('message', {}, el('x', { xmlns: 'urn:p' })) });
  });

  test.each([
    [
      'too-large',
      `<message from='u@x' to='r@c' id='1' type='chat'><body>${'x'.repeat(200)}</body></message>`,
    ],
    ['too-large', `<message from='u@x' to='r@c' id='1' type='chat'><body a='${'>'.repeat(200)}'/></message>`],
    ['too-large', `<message from='u@x' to='r@c' id='1' type='chat'>${'<b/>'.repeat(50)}</message>`],
    ['too-large', `<message from='u@x' to='r@c' id='1' type='chat' ${' '.repeat(200)}>x<b/></message>`],
    [
      'too-deep',
      `<message from='u@x' to='r@c' id='1' type='chat'>${'<b>'.repeat(4)}${'</b>'.repeat(4)}</message>`,
    ],
    [
      'too-many-attributes',
      `<message from='u@x' to='r@c' id='1' type='chat'><b a='' c='' d='' e='' f=''/></message>`,
    ],
    ['too-many-attributes', `<message from='u@x' to='r@c' id='1' type='chat' x='' y=''>x</message>`],
  ])('stanza reader - a stanza %s is skipped with its head, and the next one read: %s', (cause, text) => {
    const head = el('message', { from: 'u@x', to: 'r@c', id: '1', type: 'chat' });
    expect(readBody(`${text}<presence/>`, SMALL)).toEqual([
      { kind: 'refused', head, cause },
      { kind: 'stanza', element: el('presence') },
    ]);
  });

  test('stanza reader - limits hold to the byte and the level', () => {
    const overhead = '<message><body></body></message>'.length;
    const body = `${'ä'.repeat((200 - overhead) / 2 - 4)}😀€x`;
    expect(readBody(`<message><body>${body}</body></message>`, SMALL)[0]?.kind).toBe('stanza');
    expect(readBody(`<message><body>${body}x</body></message>`, SMALL)[0]?.kind).toBe('refused');
    expect(readBody('<a><a><a><a/></a></a></a>', SMALL)[0]?.kind).toBe('stanza');
    expect(readBody('<a><a><a><a><a/></a></a></a></a>', SMALL)[0]?.kind).toBe('refused');
  });

  test('stanza reader - a root tag that never ends is forgotten as it comes and costs that stanza only', () => {
    const forget = vi.spyOn(XmlScanner.prototype, 'forgetHeld');
    const reader = new StanzaReader(SMALL);
    reader.push(`${HEADER}<message a='`);
    for (let i = 0; i < 1000; i++) expect(reader.push('>'.repeat(100))).toEqual([]);
    expect(reader.push("'><b/></message><presence/>")).toEqual([
      { kind: 'refused', head: el(''), cause: 'too-large' },
      { kind: 'stanza', element: el('presence') },
    ]);
    expect(forget.mock.calls.length).toBeGreaterThan(900);
  });

  test.each([
    ['not-well-formed', '<a></b>'],
    ['not-well-formed', 'text'],
    ['not-well-formed', '<a>&nope;</a>'],
    ['not-well-formed', '<a>\u0000</a>'],
    ['not-well-formed', '<![CDATA[ ]]>'],
    ['restricted-xml', '<!-- x -->'],
    ['restricted-xml', '<!DOCTYPE a>'],
    ['restricted-xml', '<?xml version="1.0"?>'],
    ['bad-namespace-prefix', '<p:a/>'],
  ])('stanza reader - %s ends the stream, after what was complete: %s', (condition, text) => {
    const reader = new StanzaReader(DEFAULT_XML_LIMITS);
    const events = reader.push(`${HEADER}<presence/>${text}<presence/>`);
    expect(events.map((event) => event.kind)).toEqual(['stream-open', 'stanza', 'fault']);
    expect(conditionOf(events)).toBe(condition);
    expect(reader.push('<presence/>')).toEqual([]);
  });

  test.each([
    ['an HTTP answer', 'HTTP/1.1 400 Bad Request\r\n\r\n', 'not-well-formed'],
    ['another root', "<stream xmlns='jabber:client'>", 'restricted-xml'],
    ['an empty stream', HEADER.replace(/>$/, '/>'), 'restricted-xml'],
    ['a giant header', `<stream:stream a='${'x'.repeat(300)}`, 'policy-violation'],
  ])('stanza reader - %s is no stream', (_, text, condition) => {
    expect(conditionOf(readAll(text, SMALL))).toBe(condition);
  });
});

const MENU = [
  "<message from='ä@b'><body>grüße 😀 &amp; &#x1F600;\r\n</body></message>",
  "<iq type='set' id=\"a>b\"><jingle xmlns='urn:xmpp:jingle:1'><p:x xmlns:p='urn:p'/></jingle></iq>",
  '<presence><![CDATA[ ]] > ]]x]]]></presence>\r',
  `<message>${'<x>'.repeat(9)}${'</x>'.repeat(9)}</message>`,
  `<message id='big'>${'ß'.repeat(200)}<x y="/>"/></message>`,
  '<presence/>',
  '<broken attribute/>',
  '<a>]]></a>',
  '</stream:stream>',
];

test('stanza reader - how the stream is chopped changes nothing', () => {
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom(...MENU), { maxLength: 6 }),
      fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 5 }),
      (stanzas, sizes) => {
        const text = HEADER + stanzas.join('');
        const limits = { ...SMALL, maxAttributes: 8 };
        expect(readInPieces(text, sizes, limits)).toEqual(readAll(text, limits));
      },
    ),
    { numRuns: 400 },
  );
});

test('stanza reader - damaged input ends in events, never in a throw', () => {
  const whole = Array.from(HEADER + MENU.join(''));
  const damage = fc.record({
    at: fc.nat(whole.length),
    drop: fc.nat(5),
    insert: fc.constantFrom(
      '',
      '<',
      '>',
      '"',
      "'",
      '&',
      ']]>',
      '</',
      '/>',
      '\0',
      '<!',
      '\uDC00',
      'xmlns:p=""',
    ),
  });
  fc.assert(
    fc.property(fc.array(damage, { maxLength: 4 }), fc.integer({ min: 1, max: 60 }), (damages, size) => {
      const characters = [...whole];
      for (const { at, drop, insert } of damages) characters.splice(at, drop, insert);
      const events = readInPieces(characters.join(''), [size], SMALL);
      expect(events.filter((event) => event.kind === 'fault').length).toBeLessThanOrEqual(1);
    }),
    { numRuns: 800 },
  );
});
