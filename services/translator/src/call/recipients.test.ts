import type { EventOf } from '@stoxgate/contracts';
import { describe, expect, it } from 'vitest';
import { POLICY } from '../testing/pair-world.ts';
import type { InLeg } from './call-session.ts';
import { recipientsOf } from './recipients.ts';

type Answered = EventOf<'user.resources.answered'>;

const USER = 'alice@example.org';
const leg = (parts: Partial<InLeg> = {}): InLeg => ({ user: USER, ...parts }) as InLeg;
const device = (resource: string, features?: string[], priority = 0): Answered['resources'][number] => ({
  fullJid: `${USER}/${resource}`,
  priority,
  ...(features && { features }),
});
const answered = (...resources: Answered['resources']): Answered => ({
  type: 'user.resources.answered',
  bareJid: USER,
  known: resources.length > 0,
  resources,
});
const CALLS = ['jingle', 'rtp', 'audio'];
const PHONE = device('phone', [...CALLS, 'jmi']);
const DESK = device('desk', CALLS);
const CHAT = device('chat', []);
const OLD = device('old');
const jid = ({ fullJid }: Answered['resources'][number]): string => fullJid;

describe('recipients', () => {
  it.each([
    ['devices that take sessions, and those nobody knows about', [DESK, OLD, CHAT], [DESK, OLD], undefined],
    ['by message where one takes messages, the others beside it', [PHONE, DESK, OLD], [DESK, OLD], USER],
    ['by message one that is no recipient of messages by its priority', [device('p', ['jmi'], -1)], [], USER],
    ['no session for a negative priority', [device('d', CALLS, -1)], [], undefined],
    ['by message where nobody is known', [], [], USER],
    ['nobody where no device takes calls', [CHAT], [], undefined],
  ])('recipients - %s', (_, resources, direct, proposeTo) => {
    const found = recipientsOf(POLICY, leg(), undefined, answered(...resources));
    expect(found).toEqual({
      direct: direct.map(jid),
      isOnline: resources.length > 0,
      ...(proposeTo === undefined ? {} : { proposeTo }),
    });
  });

  it('recipients - the device that the Request-URI names, whatever its priority, by message where it takes them', () => {
    const event = answered(PHONE, device('desk', CALLS, -1));
    expect(recipientsOf(POLICY, leg({ resource: 'phone' }), undefined, event)).toEqual({
      direct: [],
      proposeTo: jid(PHONE),
      isOnline: true,
    });
    expect(recipientsOf(POLICY, leg({ resource: 'desk' }), undefined, event).direct).toEqual([jid(DESK)]);
  });

  it('recipients - a client whose dialog is replaced gets a session, for it is not to ring (RFC 3891 §3)', () => {
    const replaces = { callId: 'c', toTag: 'a', fromTag: 'b', earlyOnly: false };
    const found = recipientsOf(POLICY, leg({ replacing: { replaces } }), undefined, answered(PHONE));
    expect(found).toEqual({ direct: [jid(PHONE)], isOnline: true });
  });

  it('recipients - never the client that calls, nor a device of somebody else', () => {
    const out = { user: jid(DESK) } as NonNullable<Parameters<typeof recipientsOf>[2]>;
    const foreign = { fullJid: 'kate@example.org/desk', priority: 0 };
    expect(recipientsOf(POLICY, leg(), out, answered(DESK, foreign))).toEqual({
      direct: [],
      isOnline: false,
    });
  });
});
