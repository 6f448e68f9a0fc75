import { describe, expect, test } from 'vitest';
import { sdpOf } from './sdp-body.ts';

const body = (contentType: string, content: string, encoding: 'utf8' | 'base64' = 'utf8') => ({
  contentType,
  content,
  encoding,
});
const MULTIPART = [
  'a preamble',
  '--x.1',
  'Content-Type: application/isup;version=nxv3',
  '',
  'v=not this',
  '--x.1',
  'Content-Disposition: session',
  'content-type: application/sdp',
  '',
  'v=0',
  's=-',
  '--x.1--',
  '',
].join('\r\n');

describe('SDP in a body', () => {
  test('SDP in a body - the whole body', () => {
    expect(sdpOf(body('Application/SDP; charset=utf-8', 'v=0'))).toEqual({ kind: 'sdp', sdp: 'v=0' });
  });

  test.each([
    ['multipart/mixed;boundary=x.1', MULTIPART],
    ['multipart/alternative; boundary="x.1"', MULTIPART.replaceAll('\r\n', '\n')],
  ])('SDP in a body - the part of %s', (contentType, content) => {
    const found = sdpOf(body(contentType, content));
    expect(found.kind === 'sdp' && found.sdp.replaceAll('\r', '')).toBe('v=0\ns=-');
  });

  const part = (type: string, content: string, ...lines: string[]): string =>
    [`Content-Type: ${type}`, ...lines, '', content].join('\r\n');
  const multipart = (boundary: string, ...parts: string[]): string =>
    [...parts.map((text) => `--${boundary}\r\n${text}\r\n`), `--${boundary}--\r\n`].join('');
  const sdpIn = (contentType: string, content: string, encoding?: 'utf8' | 'base64'): string => {
    const found = sdpOf(body(contentType, content, encoding));
    return found.kind === 'sdp' ? found.sdp : found.kind;
  };

  test('SDP in a body - in a multipart body inside another one', () => {
    const inner = multipart('i', part('text/plain', 'no'), part('application/sdp', 'v=0'));
    const nested = multipart('o', part('multipart/mixed;\r\n boundary="i"', inner));
    expect(sdpIn('multipart/mixed; boundary=o', nested)).toBe('v=0');
    let deep = part('application/sdp', 'v=0');
    for (let depth = 0; depth < 5; depth++) {
      deep = part(`multipart/mixed;boundary=b${depth}`, multipart(`b${depth}`, deep));
    }
    expect(sdpIn('multipart/mixed;boundary=o', multipart('o', deep))).toBe('other');
  });

  test('SDP in a body - the session’s, not that of early media (RFC 3959)', () => {
    const early = part('application/sdp', 'v=early', 'Content-Disposition: early-session; handling=optional');
    const session = part('application/sdp', 'v=0', 'Content-Disposition: Session');
    expect(sdpIn('multipart/mixed;boundary=o', multipart('o', early, session))).toBe('v=0');
    expect(sdpIn('multipart/mixed;boundary=o', multipart('o', early))).toBe('other');
  });

  test('SDP in a body - of alternatives the last (RFC 2046 §5.1.4)', () => {
    const both = multipart('o', part('application/sdp', 'v=1'), part('application/sdp', 'v=2'));
    expect(sdpIn('multipart/alternative;boundary=o', both)).toBe('v=2');
    expect(sdpIn('multipart/mixed;boundary=o', both)).toBe('v=1');
  });

  test('SDP in a body - beside binary ISUP, with UTF-8 of its own (RFC 3204)', () => {
    const whole = multipart(
      'o',
      part('application/isup', '\x01\xff\xfe'),
      part('application/sdp', 's=Žofie'),
    );
    const bytes = Buffer.concat(
      [...whole].map((character) =>
        Buffer.from(character, character.charCodeAt(0) < 0x100 ? 'latin1' : 'utf8'),
      ),
    );
    expect(sdpIn('multipart/mixed;boundary=o', bytes.toString('base64'), 'base64')).toBe('s=Žofie');
  });

  test('SDP in a body - a last delimiter that is missing, and thousands of parts', () => {
    expect(sdpIn('multipart/mixed;boundary=o', `--o\r\n${part('application/sdp', 'v=0')}`)).toBe('v=0');
    const many = multipart('o', ...Array.from({ length: 5000 }, () => part('text/plain', '')));
    expect(sdpIn('multipart/mixed;boundary=o', many)).toBe('other');
  });

  test.each([
    ['no body', undefined, 'none'],
    ['an empty body', body('application/sdp', ''), 'none'],
    ['another type', body('text/plain', 'v=0'), 'other'],
    ['SDP that is not UTF-8', body('application/sdp', 'gg==', 'base64'), 'other'],
    ['a multipart body without SDP', body('multipart/mixed;boundary=y', MULTIPART), 'other'],
    ['a multipart body without a boundary', body('multipart/mixed', MULTIPART), 'other'],
  ])('SDP in a body - %s', (_, given, kind) => {
    expect(sdpOf(given)).toEqual({ kind });
  });
});
