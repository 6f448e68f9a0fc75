import { expect, test } from 'vitest';
import { malformedSources, SourceFilter } from './source-filter.ts';

test('source filter - lets in addresses and blocks, nobody else', () => {
  const filter = new SourceFilter(['192.0.2.1', '198.51.100.0/24', '2001:db8::/32']);
  expect(filter.allows('192.0.2.1')).toBe(true);
  expect(filter.allows('192.0.2.2')).toBe(false);
  expect(filter.allows('198.51.100.77')).toBe(true);
  expect(filter.allows('198.51.101.1')).toBe(false);
  expect(filter.allows('2001:db8::5')).toBe(true);
  expect(filter.allows('2001:db9::5')).toBe(false);
});

test('source filter - an IPv4 peer on an IPv6 socket is the same peer', () => {
  expect(new SourceFilter(['192.0.2.1']).allows('::ffff:192.0.2.1')).toBe(true);
});

test('source filter - a new list forgets the verdicts of the old one', () => {
  const filter = new SourceFilter(['192.0.2.1']);
  expect(filter.allows('192.0.2.1')).toBe(true);
  filter.replace(['192.0.2.9']);
  expect(filter.allows('192.0.2.1')).toBe(false);
});

test('source filter - names what is no address', () => {
  expect(
    malformedSources([
      '192.0.2.1',
      '10.0.0.0/8',
      'proxy.example.org',
      '192.0.2.1/33',
      '::1/129',
      '1/2/3',
      '',
    ]),
  ).toEqual(['proxy.example.org', '192.0.2.1/33', '::1/129', '1/2/3', '']);
});
