/**
 * Calls with sound between a client that insists on ICE and DTLS-SRTP and a phone that knows neither.
 */
import { isTone } from '@stoxgate/testkit';
import type { Scene } from './scenes.ts';
import { BROWSER_HZ, type SoundStage } from './sound-stage.ts';
import { PHONE_HZ } from './stage.ts';

/** Waits until each end hears the other's tone, by way of the relay. */
async function bothHear({ carol, phone, relay }: SoundStage, sid: string): Promise<string> {
  const [byBrowser, byPhone] = await Promise.all([
    carol.hears(sid, isTone(PHONE_HZ)),
    phone.hears(isTone(BROWSER_HZ)),
  ]);
  if ((await relay.calls()).length !== 1) throw new Error('rtpengine has no such call');
  const hz = ({ frequencyHz }: { readonly frequencyHz: number }): string => `${Math.round(frequencyHz)} Hz`;
  return `sound both ways through rtpengine: ${hz(byPhone)} heard by the phone, ${hz(byBrowser)} heard by the browser`;
}

export const SOUND_SCENES: readonly Scene<SoundStage>[] = [
  {
    title: 'A client with WebRTC calls the phone through the media relay: sound both ways',
    expected: {
      xmpp: ['propose', 'proceed', 'session-initiate', 'session-accept', 'session-terminate (success)'],
      sip: ['INVITE', '180', '200', 'ACK', 'BYE', '200'],
    },
    play: async (on, tell) => {
      const { carol, phone, contact } = on;
      const sid = await carol.call(contact);
      await carol.next('ringing', sid);
      await phone.command('accept');
      await carol.next('connected', sid);
      tell(await bothHear(on, sid));
      await carol.hangUp(sid);
    },
  },
  {
    title: 'The phone calls a client with WebRTC through the media relay: sound both ways',
    expected: {
      xmpp: ['propose', 'proceed', 'session-initiate', 'session-accept', 'session-terminate (success)'],
      sip: ['INVITE', '180', '200', 'ACK', 'BYE', '200'],
    },
    play: async (on, tell) => {
      const { carol, phone, xmppUser } = on;
      await phone.command('dial', `sip:${xmppUser}`);
      const { sid } = await carol.next('incoming');
      await carol.answer(sid);
      await carol.next('connected', sid);
      tell(await bothHear(on, sid));
      await phone.command('hangup');
      await carol.next('ended', sid);
    },
  },
];
