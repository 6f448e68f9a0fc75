/**
 * What a test asks of the browser page, and what the page reports. All of it is JSON.
 */
import type { ClientHabits } from './client-habits.ts';
import type { Tone } from './dominant-tone.ts';

export interface BrowserLogin {
  readonly webSocketUrl: string;
  readonly jid: string;
  readonly password: string;
  readonly resource: string;
  readonly habits: ClientHabits;
  /** Of the sine that is its microphone. */
  readonly toneHz: number;
}

export interface CallReport {
  readonly kind:
    | 'incoming'
    | 'ringing'
    | 'proceeding'
    | 'accepted'
    | 'connected'
    | 'changed'
    | 'candidates'
    | 'refused'
    | 'ended';
  readonly sid: string;
  /** Full JID that it came from. */
  readonly peer: string;
  /** A Jingle reason, the senders of a content, an error condition. */
  readonly detail?: string;
}

export interface StanzaReport {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly sent: boolean;
  readonly xml: string;
}

export interface SoundReport extends Tone {
  /** Keys heard since the call began, in order. */
  readonly keys: string;
}

export interface BrowserCalls {
  /** Logs in and becomes available; gives the full JID. */
  login(options: BrowserLogin): Promise<string>;
  /** Calls a JID, by message or directly a resource of it that is online, as its habits are; gives the session's id. */
  call(to: string): Promise<string>;
  /** Takes the first report of `kind` about `sid`, or any call; rejects when there is none in `timeoutMs`. */
  next(kind: CallReport['kind'], sid: string | undefined, timeoutMs: number): Promise<CallReport>;
  /** Waits ten seconds until a resource of the bare JID is online. */
  sees(bareJid: string): Promise<void>;
  answer(sid: string): Promise<void>;
  reject(sid: string): Promise<void>;
  hangUp(sid: string): Promise<void>;
  hold(sid: string): Promise<void>;
  resume(sid: string): Promise<void>;
  /** Presses keys; they go as telephone-events. */
  dial(sid: string, keys: string): Promise<void>;
  /** What it hears in this moment. */
  hear(sid: string): Promise<SoundReport>;
  /** Every element of the stream, in order. */
  stanzas(): Promise<readonly StanzaReport[]>;
  logout(): Promise<void>;
}
