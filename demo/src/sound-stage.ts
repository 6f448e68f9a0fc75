/**
 * The further participant of calls with sound: an XMPP client with WebRTC, in Chromium.
 */
import { type BrowserUser, type Rtpengine, startBrowser } from '@stoxgate/testkit';
import { logIn, type Stage } from './stage.ts';

/** Of the sine that is the browser's microphone. */
export const BROWSER_HZ = 880;

export interface SoundStage extends Pick<Stage, 'phone' | 'contact'> {
  readonly carol: BrowserUser;
  readonly relay: Rtpengine;
  /** Bare JID of carol. */
  readonly xmppUser: string;
}

/** Logs carol in; she goes with `stage`. */
export async function setSoundStage(stage: Stage, relay: Rtpengine): Promise<SoundStage> {
  const { phone, contact, prosody } = stage;
  const browser = await startBrowser();
  stage.endsWith(browser.stop);
  // A contact that sees which devices are online calls them at once.
  await (await logIn('carol', prosody, contact)).close();
  const xmppUser = `carol@${prosody.host}`;
  const carol = await browser.login({
    jid: xmppUser,
    password: 'carol',
    webSocketUrl: prosody.webSocketUrl,
    toneHz: BROWSER_HZ,
    client: 'conversations',
  });
  return { carol, relay, phone, contact, xmppUser };
}
