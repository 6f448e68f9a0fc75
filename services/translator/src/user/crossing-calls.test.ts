import { describe, expect, it } from 'vitest';
import { NOW, POLICY } from '../testing/pair-world.ts';
import { DESK, User } from '../testing/user-world.ts';

const ROMEO = 'romeo@sip.example.org/sip';

const proposes = (user: User, replyTo: string, contact = ROMEO) =>
  user.handle({ type: 'user.call.proposed', replyTo, contact });
const found = (key: string, other: string) => ({
  type: 'session.notify',
  key,
  event: { type: 'call.crossing.found', user: 'alice@example.org', other },
});

describe('crossing calls', () => {
  it('crossing calls - the lower id by octets is told of the other, whichever came first', () => {
    const user = new User();
    user.presence(DESK);
    expect(proposes(user, 'call:b')).toEqual([]);
    expect(user.request('call:c', ROMEO).slice(1)).toEqual([found('call:b', 'call:c')]);
    expect(proposes(user, 'call:a')).toEqual([found('call:a', 'call:c')]);
    // U+FF61 comes before U+10000 in octets, and behind it in code units.
    expect(proposes(user, 'call:\u{10000}', 'juliet@sip.example.org')).toEqual([]);
    expect(user.request('call:\uff61', 'juliet@sip.example.org/sip').slice(1)).toEqual([
      found('call:\uff61', 'call:\u{10000}'),
    ]);
  });

  it('crossing calls - calls of others do not cross, nor does a call itself, nor one of long ago', () => {
    const user = new User();
    user.presence(DESK);
    proposes(user, 'call:a');
    expect(user.request('call:b', 'juliet@sip.example.org/sip')).toHaveLength(1);
    expect(user.request('call:a', ROMEO)).toHaveLength(1);
    user.now = NOW + POLICY.ringTimeoutMs;
    expect(user.request('call:c', ROMEO)).toHaveLength(1);
  });

  it('crossing calls - of a user who is not known nothing is kept, of others not without end', () => {
    const user = new User();
    expect(proposes(user, 'call:a')).toEqual([]);
    expect(user.session).toBeUndefined();
    user.presence(DESK);
    for (let i = 0; i < 20; i++) proposes(user, `call:${i}`);
    expect(user.session?.proposals).toHaveLength(8);
  });
});
