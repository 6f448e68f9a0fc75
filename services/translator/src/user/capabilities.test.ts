import { el, NS } from '@stoxgate/wire-xmpp';
import { describe, expect, it } from 'vitest';
import { NOW } from '../testing/pair-world.ts';
import { DESK, stanzasIn, timerIn, toldIn, User, verOf } from '../testing/user-world.ts';

const PHONE = 'alice@example.org/phone';
const CALLS = [NS.JINGLE, NS.JINGLE_RTP, NS.JINGLE_RTP_AUDIO, NS.JINGLE_MESSAGE, 'urn:x'];
const VER = verOf(CALLS);

describe('capabilities', () => {
  it('capabilities - a new hash is asked for once, in the name of the contact that the presence went to', () => {
    const user = new User();
    const commands = user.capable(DESK, VER);
    const [asked] = stanzasIn(commands);
    expect(asked).toEqual(
      el(
        'iq',
        { type: 'get', from: 'romeo@sip.example.org/sip', to: DESK, id: asked?.attrs.id },
        el('query', { xmlns: NS.DISCO_INFO, node: `urn:n#${VER}` }),
      ),
    );
    expect(asked?.attrs.id).toMatch(/^[0-9a-z]+\.user:alice@example\.org$/);
    expect(user.capable(DESK, VER, 'mercutio@sip.example.org')).toEqual([]);
    expect(user.capable(PHONE, VER)).toEqual([]);
    expect(user.answers(commands, CALLS)).toEqual([]);
    const features = ['jingle', 'rtp', 'audio', 'jmi'];
    expect(toldIn(user.request())).toEqual([
      [
        { fullJid: DESK, features },
        { fullJid: PHONE, features },
      ],
    ]);
  });

  it('capabilities - a call waits for the answer, and is told with it', () => {
    const user = new User();
    const commands = user.capable(DESK, VER);
    user.presence(PHONE);
    const requested = user.request('call:1');
    expect(timerIn(requested, 'settle')?.dueAt).toBe(NOW + 1_500);
    expect(toldIn(requested)).toEqual([]);
    expect(toldIn(user.request('call:2'))).toEqual([]);
    const told = toldIn(user.answers(commands, [NS.JINGLE]));
    const both = [
      { fullJid: DESK, features: undefined },
      { fullJid: PHONE, features: undefined },
    ];
    // Its hash is not that of the answer: the answer counts for this resource alone.
    const own = [{ fullJid: DESK, features: ['jingle'] }, both[1]];
    expect(told).toEqual([own, own]);
    expect(user.session?.waiting).toEqual([]);
  });

  it.each(['error', 'silence'])(
    'capabilities - after %s nothing is known, and nobody is asked again',
    (kind) => {
      const user = new User();
      const commands = user.capable(DESK, VER);
      const settle = timerIn(user.request(), 'settle');
      const told = kind === 'error' ? user.answers(commands, undefined) : user.fire(settle);
      expect(toldIn(told)).toEqual([[{ fullJid: DESK, features: undefined }]]);
      expect(user.capable(DESK, VER)).toEqual([]);
      expect(toldIn(user.request())).toHaveLength(1);
      // A device that comes anew may be asked.
      user.presence(DESK, 'unavailable');
      expect(stanzasIn(user.capable(DESK, VER))).toHaveLength(1);
    },
  );

  it('capabilities - nobody answers for another, and a hash that does not fit is not believed of others', () => {
    const user = new User();
    const commands = user.capable(DESK, VER);
    user.answers(commands, CALLS, PHONE);
    expect(user.session?.known).toBeUndefined();
    user.answers(commands, ['urn:xmpp:jingle:1', '']);
    expect(stanzasIn(user.capable(PHONE, VER))).toHaveLength(1);
    expect(user.session?.known).toEqual([{ ver: VER, of: DESK, features: ['jingle'] }]);
  });

  it('capabilities - after a probe they get their time behind that of other resources', () => {
    const user = new User();
    user.request();
    const commands = user.capable(DESK, VER);
    const again = user.fire(timerIn(commands, 'settle'));
    expect(toldIn(again)).toEqual([]);
    expect(timerIn(again, 'settle')?.dueAt).toBe(NOW + 1_500);
    expect(toldIn(user.answers(commands, CALLS))).toHaveLength(1);
  });

  it('capabilities - what is remembered is bounded, and a hash without end is none', () => {
    const user = new User();
    for (let i = 0; i < 40; i++) {
      const features = [...CALLS, `urn:${i}`];
      user.answers(user.capable(DESK, verOf(features)), features);
    }
    expect(user.session?.known).toHaveLength(32);
    expect(user.session?.asked).toBeUndefined();
    expect(stanzasIn(user.capable(DESK, 'v'.repeat(129)))).toEqual([]);
    for (let i = 0; i < 40; i++) user.capable(`${DESK}${i}`, `${i}`);
    expect(user.session?.asked).toHaveLength(32);
  });
});
