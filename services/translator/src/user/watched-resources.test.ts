import { expect, test } from 'vitest';
import type { UserSession } from './user-session.ts';
import { noteWatched, tellGone, unwatched, watched } from './watched-resources.ts';

const DESK = 'alice@example.org/desk';
const user = (...resources: string[]): UserSession => ({
  kind: 'user',
  resources: resources.map((fullJid) => ({ fullJid, priority: 0 })),
  seenAt: 0,
  waiting: [],
  settleAt: 0,
});
const watch = (replyTo: string, fullJid = DESK) => ({
  type: 'user.resource.watched' as const,
  replyTo,
  fullJid,
});

test('watched resources - only those that are available, as many as a person has calls', () => {
  expect(watched(user(), watch('call:1')).watchers).toBeUndefined();
  let session = user(DESK);
  for (let i = 0; i < 70; i++) session = watched(session, watch(`call:${i}`));
  session = watched(session, watch('call:69'));
  expect(session.watchers?.map(({ replyTo }) => replyTo)).toEqual(
    Array.from({ length: 64 }, (_, i) => `call:${i + 6}`),
  );
});

test('watched resources - a call that is over is forgotten', () => {
  const session = watched(watched(user(DESK), watch('call:1')), watch('call:2'));
  const one = unwatched(session, { ...watch('call:1'), type: 'user.resource.unwatched' });
  expect(one.watchers).toEqual([{ replyTo: 'call:2', fullJid: DESK }]);
  expect(unwatched(one, { ...watch('call:2'), type: 'user.resource.unwatched' })).toEqual(user(DESK));
});

test('watched resources - gone is who does not come back within ten seconds', () => {
  const both = watched(watched(user(DESK, `${DESK}2`), watch('call:1')), watch('call:2', `${DESK}2`));
  const first = noteWatched({ ...both, resources: both.resources.slice(1) }, 1_000);
  expect(first.commands).toEqual([{ type: 'timer.set', name: 'gone', dueAt: 11_000 }]);
  const second = noteWatched({ ...first.session, resources: [] }, 3_000);
  expect(second.commands).toEqual([{ type: 'timer.set', name: 'gone', dueAt: 11_000 }]);
  const told = tellGone(second.session, 11_000);
  expect(told.commands).toEqual([
    { type: 'session.notify', key: 'call:1', event: { type: 'user.resource.gone', fullJid: DESK } },
    { type: 'timer.set', name: 'gone', dueAt: 13_000 },
  ]);
  const back = noteWatched({ ...told.session, resources: both.resources }, 12_000);
  expect(back.commands).toEqual([{ type: 'timer.clear', name: 'gone' }]);
  expect(back.session.watchers).toEqual([{ replyTo: 'call:2', fullJid: `${DESK}2` }]);
});
