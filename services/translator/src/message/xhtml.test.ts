import { el, parseXml, serialize } from '@stoxgate/wire-xmpp';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readHtml } from './xhtml.ts';

const written = (html: string): string =>
  readHtml(html)
    .children.map((child) => (typeof child === 'string' ? child : serialize(child)))
    .join('');

describe('xhtml', () => {
  it.each([
    [
      'what may pass does',
      '<p style="color:red">Hi <b>you</b></p>',
      '<p style="color:red">Hi <strong>you</strong></p>',
    ],
    ['a script goes with what is in it', 'a<script>alert("<b>")</script>b', 'ab'],
    ['handlers, classes and ids go', '<p onclick="x()" class="c" id="i">a</p>', '<p>a</p>'],
    [
      'a link has its address',
      '<a href="https://h/?a=1&amp;b=2">x</a>',
      '<a href="https://h/?a=1&amp;b=2">x</a>',
    ],
    ['a link that runs has none', '<a href=" java&#115;cript:alert(1)">x</a>', '<a>x</a>'],
    [
      'a style that fetches goes',
      '<span style="color:red;background:url(http://x);width:9px">x</span>',
      '<span style="color:red">x</span>',
    ],
    [
      'a style value that hides something goes',
      '<span style="color:expression(1)">x</span>',
      '<span>x</span>',
    ],
    ['a picture is what it says of itself', '<img src="http://spy/1.gif" alt="a cat"/>', 'a cat'],
    ['tags that were not closed are', '<p>a<p>b<br>c', '<p>a</p><p>b<br/>c</p>'],
    ['tags closed out of order', '<b><i>a</b>b</i>', '<strong><em>a</em></strong>b'],
    ['unknown tags give their text', '<font color=red>a</font><iframe src=x>b</iframe>', 'ab'],
    [
      'comments and declarations go',
      '<!DOCTYPE html><!-- <b> --><html><head><title>t</title></head><body>a</body></html>',
      'a',
    ],
    ['white space is one space', '<p>a\n   b</p>', '<p>a b</p>'],
    ['characters by name and number', '&lt;b&gt; &#252;&#xFC;&nbsp;&euro;&bogus;', 'PLAIN'],
    ['a tag that never ends is text', 'a <b', 'a &lt;b'],
  ])('xhtml - %s (XEP-0071 §7)', (_, html, xml) => {
    const out = written(html);
    if (xml === 'PLAIN') expect(out).toBe('<b> üü\u00a0€&bogus;');
    else if (xml === 'a &lt;b') expect(out).toBe('a <b');
    else expect(out).toBe(xml);
  });

  it('xhtml - the plain text keeps the lines', () => {
    expect(readHtml('<p>Hello</p><p>a<br/>b</p><ul><li>1</li><li>2</li></ul> end').plain).toBe(
      'Hello\na\nb\n1\n2\nend',
    );
    expect(readHtml('  just <i>text</i>\n').plain).toBe('just text');
  });

  const ELEMENTS = new Set(['a', 'blockquote', 'br', 'cite', 'em', 'li', 'ol', 'p', 'span', 'strong', 'ul']);
  it('xhtml - whatever comes, only listed elements and attributes come out, well-formed', () => {
    const piece = fc.oneof(
      fc.constantFrom(
        '<',
        '>',
        '"',
        "'",
        '</p>',
        '<p ',
        '<a href=',
        'javascript:',
        'style=',
        '<!--',
        '-->',
        '<script>',
        '<svg',
        '<b>',
        '&#0;',
        '&#x1F600;',
        '<br/>',
        'onload=x ',
      ),
      fc.string({ maxLength: 5 }),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
        const { children } = readHtml(pieces.join(''));
        const parsed = parseXml(serialize(el('body', {}, ...children)));
        expect(parsed.ok).toBe(true);
        const check = (nodes: typeof children): void => {
          for (const node of nodes) {
            if (typeof node === 'string') continue;
            expect(ELEMENTS).toContain(node.name);
            for (const [name, value] of Object.entries(node.attrs)) {
              expect(['href', 'style']).toContain(name);
              expect(value).not.toMatch(/javascript:|url\(|expression/i);
            }
            check(node.children);
          }
        };
        check(children);
      }),
      { numRuns: 500 },
    );
  });

  it('xhtml - hostile input takes no long time, nor depth', () => {
    const startedAt = performance.now();
    for (const piece of ['<a ', '<!', '<!--', '<b>', '<a "', "<a x='", '&', '<p a=b a=b', '<a><', '< ']) {
      readHtml(piece.repeat(65_536 / piece.length));
    }
    expect(performance.now() - startedAt).toBeLessThan(10_000);
    expect(serialize(el('x', {}, ...readHtml('<b>'.repeat(5000)).children)).match(/<strong/g)?.length).toBe(
      2000,
    );
  }, 20_000);
});
