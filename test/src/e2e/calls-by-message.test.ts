/**
 * Calls from a phone to XMPP users whose devices take calls by message, at a real Prosody. XEP-0353, XEP-0115.
 */
import { contentsOf, type JingleUser, jingleOf, reasonOf, type SipPhone } from '@stoxgate/testkit';
import { childOf, childrenOf, NS } from '@stoxgate/wire-xmpp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { addressOfUser, hungUpByUser, sipAddressOf } from './call-up.ts';
import { contactOf, MODES, startWorld, type World } from './world.ts';

const BOB = contactOf('bob');
const BOB_SIP = sipAddressOf('bob');

const isAboutCall =
  (action: string, sid: string) =>
  ({ stanza }: JingleUser['user']['log'][number]): boolean => {
    const { attrs } = jingleOf(stanza);
    return attrs.action === action && attrs.sid === sid;
  };

describe.each(MODES)('calls by message, %s', (mode) => {
  let world: World;
  let phone: SipPhone;
  let desk: JingleUser;
  let tablet: JingleUser;

  beforeAll(async () => {
    world = await startWorld(mode, { accounts: ['alice', 'carol'] });
    phone = await world.phone({ user: 'bob' });
    const options = { contacts: [BOB], takesCallsByMessage: true };
    desk = await world.caller('alice', { ...options, resource: 'desk' });
    tablet = await world.caller('alice', { ...options, resource: 'tablet', mediaPort: 46_000 });
  });
  afterAll(() => world?.stop());

  const invite = (name: string) => phone.invite({ to: addressOfUser(name), from: BOB_SIP, sdp: true });

  test('calls by message - two devices ring, one proceeds and has the call', async () => {
    const call = invite('alice');
    const sid = call.callId;
    const proposals = await Promise.all([desk, tablet].map((user) => user.nextCallMessage('propose', sid)));
    for (const proposal of proposals) {
      expect(proposal.attrs).toMatchObject({ type: 'chat', from: `${BOB}/sip` });
      const propose = childOf(proposal, 'propose', NS.JINGLE_MESSAGE);
      expect(propose && childrenOf(propose, 'description').map(({ attrs }) => attrs.media)).toEqual([
        'audio',
      ]);
    }
    for (const user of [desk, tablet]) await user.sayOfCall(`${BOB}/sip`, 'ringing', sid);
    await call.waitFor(180);
    await tablet.sayOfCall(`${BOB}/sip`, 'proceed', sid);
    const initiate = await tablet.nextJingle('session-initiate', sid);
    expect(initiate.attrs.from).toBe(`${BOB}/sip`);
    expect(contentsOf(initiate).map((content) => childOf(content, 'description')?.attrs.media)).toEqual([
      'audio',
    ]);
    await tablet.accept(initiate);
    const ok = await call.waitFor(200);
    expect(ok.body?.content).toMatch(/m=audio 46000 /);
    call.ack();
    expect((await call.bye()).status).toBe(200);
    expect(reasonOf(await tablet.nextJingle('session-terminate', sid))).toBe('success');
    await tablet.nextCallMessage('finish', sid);
    expect(desk.user.log.filter(isAboutCall('session-initiate', sid))).toEqual([]);
  });

  test('calls by message - the caller gives up: every device hears so, and who proceeds then', async () => {
    const call = invite('alice');
    const sid = call.callId;
    await desk.nextCallMessage('propose', sid);
    await call.waitFor(180);
    expect((await call.cancel()).status).toBe(200);
    await call.waitFor(487);
    await Promise.all([desk, tablet].map((user) => user.nextCallMessage('retract', sid)));
    await desk.sayOfCall(`${BOB}/sip`, 'proceed', sid);
    await desk.nextCallMessage('finish', sid);
  });

  test('calls by message - rejected by one device: 486', async () => {
    const call = invite('alice');
    await desk.nextCallMessage('propose', call.callId);
    await desk.sayOfCall(`${BOB}/sip`, 'reject', call.callId);
    await call.waitFor(486);
  });

  test('calls by message - a user who never showed presence is reached all the same', async () => {
    const carol = await world.caller('carol');
    const call = invite('carol');
    const sid = call.callId;
    const { attrs } = await carol.nextCallMessage('propose', sid);
    expect(call.responses.map(({ status }) => status)).not.toContain(180);
    const contact = attrs.from ?? '';
    await carol.sayOfCall(contact, 'ringing', sid);
    await call.waitFor(180);
    await carol.sayOfCall(contact, 'proceed', sid);
    await carol.accept(await carol.nextJingle('session-initiate', sid));
    await call.waitFor(200);
    call.ack();
    await hungUpByUser({ user: carol, sid, contact, call });
  });

  test('calls by message - a user who does not exist: 480', async () => {
    await invite('nobody').waitFor(480);
  });
});
