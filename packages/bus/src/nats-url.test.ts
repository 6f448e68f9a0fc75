import { expect, test } from 'vitest';
import { parseNatsUrl } from './nats-url.ts';

test('NATS url - host and port, the port has a default', () => {
  expect(parseNatsUrl('nats://127.0.0.1:14222')).toEqual({ servers: ['127.0.0.1:14222'] });
  expect(parseNatsUrl('nats://nats.example.org')).toEqual({ servers: ['nats.example.org:4222'] });
});

test('NATS url - several servers, the scheme of the later ones may be left out', () => {
  expect(parseNatsUrl('nats://a:1,b,nats://c:3').servers).toEqual(['a:1', 'b:4222', 'c:3']);
});

test('NATS url - user and password, or a token, never among the servers', () => {
  expect(parseNatsUrl('nats://stox:p%40ss@a')).toEqual({ servers: ['a:4222'], user: 'stox', pass: 'p@ss' });
  expect(parseNatsUrl('nats://t0ken@a')).toEqual({ servers: ['a:4222'], token: 't0ken' });
});
