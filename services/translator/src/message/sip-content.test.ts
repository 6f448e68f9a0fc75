import { describe, expect, it } from 'vitest';
import { message, NOW, withBody } from '../testing/pair-world.ts';
import { contentOfRequest, MESSAGE_ACCEPT } from './sip-content.ts';

const read = (content: string, type: string, encoding?: 'utf8' | 'base64') =>
  contentOfRequest(withBody(content, type, encoding), NOW);
const multipart = (kind: string, ...parts: string[]): [string, string] => [
  `${parts.map((part) => `--b\r\n${part}\r\n`).join('')}--b--`,
  `multipart/${kind};boundary=b`,
];
const PLAIN = 'Content-Type: text/plain\r\n\r\nHi';
const HTML = 'Content-Type: text/html\r\n\r\n<b>Hi</b>';
const MARKDOWN = 'Content-Type: text/markdown\r\n\r\n# Hi';
const PICTURE = 'Content-Type: image/png\r\n\r\nx';
const wrap = (inner: string, ...headers: string[]): string =>
  ['From: <sip:a@b>', ...headers, '', inner].join('\r\n');

describe('sip content', () => {
  it('sip content - HTML is XHTML and its text', () => {
    expect(read('<p>Hi <b>you</b></p>', 'text/html;charset=utf-8')).toEqual({
      kind: 'text',
      text: 'Hi you',
      html: [{ name: 'p', attrs: {}, children: ['Hi ', { name: 'strong', attrs: {}, children: ['you'] }] }],
    });
    expect(read('<script>x</script>', 'text/html')).toEqual({ kind: 'nothing' });
  });

  it('sip content - a text of a kind that is not known is text (RFC 2046 §4.1.4)', () => {
    expect(read('# Hi', 'text/markdown')).toEqual({ kind: 'text', text: '# Hi' });
  });

  it.each([
    [
      'the first part that can be read',
      multipart('mixed', PICTURE, PLAIN, HTML),
      { kind: 'text', text: 'Hi' },
    ],
    [
      'both forms of alternatives',
      multipart('alternative', PLAIN, HTML),
      { kind: 'text', text: 'Hi', html: expect.any(Array) },
    ],
    [
      'of alternatives in plain text the last',
      multipart('alternative', PLAIN, 'Content-Type: text/plain\r\n\r\nHello', '\r\nPlain', MARKDOWN),
      { kind: 'text', text: 'Plain' },
    ],
    ['the only form of alternatives', multipart('alternative', PICTURE, PLAIN), { kind: 'text', text: 'Hi' }],
    ['a message in a message', [wrap(PLAIN), 'message/cpim'], { kind: 'text', text: 'Hi' }],
    [
      'parts in a message',
      [
        wrap(`Content-Type: ${multipart('mixed', PLAIN)[1]}\r\n\r\n${multipart('mixed', PLAIN)[0]}`),
        'message/cpim',
      ],
      { kind: 'text', text: 'Hi' },
    ],
  ] as const)('sip content - reads %s', (_, [content, type], expected) => {
    expect(read(content, type)).toEqual(expected);
  });

  it('sip content - text beside a picture that is no text', () => {
    const bytes = Buffer.concat([
      Buffer.from('--b\r\nContent-Type: image/png\r\n\r\n'),
      Buffer.from([0xff, 0xfe]),
      Buffer.from('\r\n--b\r\nContent-Type: text/plain\r\n\r\nGrüße\r\n--b--'),
    ]);
    expect(read(bytes.toString('base64'), 'multipart/mixed;boundary=b', 'base64')).toEqual({
      kind: 'text',
      text: 'Grüße',
    });
  });

  it('sip content - a part in its own charset', () => {
    const bytes = Buffer.from(
      '--b\r\nContent-Type: text/plain;charset=iso-8859-1\r\n\r\n\xfcber\r\n--b--',
      'latin1',
    );
    expect(read(bytes.toString('base64'), 'multipart/mixed;boundary=b', 'base64')).toEqual({
      kind: 'text',
      text: 'über',
    });
  });

  it('sip content - a wrapped message: subject, time, and what is asked for', () => {
    const headers = [
      'DateTime: 2026-01-02T03:00:00Z',
      'Subject: inside',
      'NS: imdn <urn:ietf:params:imdn>',
      'imdn.Message-ID: 1',
      'imdn.Disposition-Notification: display',
    ];
    expect(read(wrap(PLAIN, ...headers), 'message/cpim')).toEqual({
      kind: 'text',
      text: 'Hi',
      subject: 'inside',
      sentAt: Date.parse('2026-01-02T03:00:00Z'),
      asked: { messageId: '1', dispositions: { delivery: false, failure: false, display: true } },
    });
  });

  it('sip content - Expires 0 is for now or never', () => {
    expect(contentOfRequest(message({ headers: { expires: ['0'] } }), NOW)).toEqual({
      kind: 'text',
      text: 'Hi',
      isFleeting: true,
    });
  });

  it.each([
    ['types that XMPP has no place for', 'x', 'image/png', 415],
    ['content by reference', 'x', 'message/external-body', 415],
    ['files by reference', '<file/>', 'application/vnd.gsma.rcs-ft-http+xml', 415],
    ['parts of which none can be read', ...multipart('mixed', PICTURE), 415],
    [
      'a message in a message in a message …',
      'From: a\r\n\r\nContent-Type: message/cpim\r\n\r\n'.repeat(6),
      'message/cpim',
      415,
    ],
    ['a wrapped header that must be understood', wrap(PLAIN, 'Require: x.y'), 'message/cpim', 415],
    ['a wrapper that is none', 'x', 'message/cpim', 400],
    ['a notification that is none', 'x', 'message/imdn+xml', 400],
    ['a state that is none', 'x', 'application/im-iscomposing+xml', 400],
    ['no parts', 'x', 'multipart/mixed', 400],
  ] as const)('sip content - refuses %s', (_, content, type, status) => {
    expect(read(content, type)).toEqual({
      kind: 'refused',
      status,
      headers: status === 415 ? { accept: [MESSAGE_ACCEPT] } : {},
    });
  });
});
