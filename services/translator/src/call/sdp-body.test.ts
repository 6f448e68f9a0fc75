import { describe, expect, test } from 'vitest';
import { isSameSdp, sdpOf } from './sdp-body.ts';

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

  test('SDP in a body - the same description may count its versions', () => {
    expect(isSameSdp('v=0\r\no=- 1 1 IN IP4 h\r\ns=-\r\n', 'v=0\no=- 1 2 IN IP4 h\ns=- \n')).toBe(true);
    expect(isSameSdp('v=0\r\ns=-\r\n', 'v=0\r\ns=-\r\na=sendonly\r\n')).toBe(false);
  });
});
