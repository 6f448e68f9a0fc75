import { expect, test } from 'vitest';
import { parseRedisUrl } from './redis-url.ts';

test.each([
  ['redis://127.0.0.1', { nodes: [{ host: '127.0.0.1', port: 6379 }], isTls: false, db: 0 }],
  [
    'rediss://user:p%40ss,/@[2001:db8::1]:7000/3',
    {
      nodes: [{ host: '2001:db8::1', port: 7000 }],
      isTls: true,
      username: 'user',
      password: 'p@ss,/',
      db: 3,
    },
  ],
  [
    'redis://:100%@a:1,b,c:3',
    {
      nodes: [
        { host: 'a', port: 1 },
        { host: 'b', port: 6379 },
        { host: 'c', port: 3 },
      ],
      isTls: false,
      password: '100%',
      db: 0,
    },
  ],
  [
    'redis+sentinel://:pw@a,b:7/my%20primary/2?sentinel_username=s&sentinel_password=q',
    {
      nodes: [
        { host: 'a', port: 26_379 },
        { host: 'b', port: 7 },
      ],
      master: 'my primary',
      isTls: false,
      password: 'pw',
      sentinelUsername: 's',
      sentinelPassword: 'q',
      db: 2,
    },
  ],
])('Redis URL - %s is read', (url, place) => {
  expect(parseRedisUrl(url)).toEqual(place);
});

test.each(['http://a', 'redis://', 'redis://a/x', 'redis+sentinel://a', 'redis://a:b', 'redis://a,,b'])(
  'Redis URL - %s is refused',
  (url) => {
    expect(() => parseRedisUrl(url)).toThrow(RangeError);
  },
);
