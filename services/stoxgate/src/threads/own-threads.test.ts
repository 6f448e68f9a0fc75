import { expect, test } from 'vitest';
import { rolesApart } from './own-threads.ts';

test.each([
  [1, 8, []],
  [2, 1, ['sip-edge']],
  [3, 2, ['sip-edge', 'xmpp-edge']],
  [0, 1, []],
  [0, 2, ['sip-edge']],
  [0, 64, ['sip-edge', 'xmpp-edge']],
])('threads - %i on %i cores: %j have their own', (threads, cores, apart) => {
  expect(rolesApart(threads, cores)).toEqual(apart);
});
