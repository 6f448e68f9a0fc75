import { el } from '@stoxgate/wire-xmpp';
import { expect, test } from 'vitest';
import type { OutLeg } from './call-session.ts';
import { noteFailed } from './change-failed.ts';

const hold = { action: 'session-info', jingle: el('jingle', {}, el('x'), el('hold')) };

test('change failed - counted by its kind, which is never what a client made up', () => {
  const first = noteFailed({} as OutLeg, hold);
  const second = noteFailed(first, { action: 'content-modify', jingle: el('jingle', {}, el('hold')) });
  expect(noteFailed(second, hold).changesFailed).toEqual({ hold: 2, 'content-modify': 1 });
});
