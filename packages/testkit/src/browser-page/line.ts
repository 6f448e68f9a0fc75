/**
 * A logged-in client and its calls: what both halves of the protocol act on.
 */
import type { CallReport } from '../browser-call.ts';
import type { ClientHabits } from '../client-habits.ts';
import type { Call } from './call.ts';
import { callMessage, type Verb } from './call-messages.ts';
import { complaintAbout } from './complaint.ts';
import { featuresAt } from './features.ts';
import { MediaSession } from './media-session.ts';
import type { Sound } from './sound.ts';
import { bareOf, el, NS } from './xml.ts';
import type { XmppStream } from './xmpp-stream.ts';

export interface Line {
  readonly stream: XmppStream;
  readonly habits: ClientHabits;
  readonly sound: Sound;
  readonly toneHz: number;
  readonly calls: Map<string, Call>;
  /** A resource that is online, by bare JID. */
  readonly online: Map<string, string>;
  report(kind: CallReport['kind'], call: Call, detail?: string): void;
}

/** Sends a Jingle action of the session of `call`; rejects with the condition of an error. */
export function sendJingle(
  { stream }: Line,
  { peer, sid }: Call,
  { action, ...attributes }: { readonly action: string } & Readonly<Record<string, string | undefined>>,
  ...children: readonly Element[]
): Promise<Element> {
  return stream.iq('set', peer, el(NS.JINGLE, 'jingle', { action, sid, ...attributes }, ...children));
}

export function sendMessage(line: Line, call: Call, verb: Verb, to: string, reason?: string): void {
  const about = reason === undefined ? {} : { reason };
  line.stream.send(callMessage(line.habits, verb, { to, sid: call.sid, ...about }));
}

/** The call is over here, for `reason`; nothing is sent. */
export function end(line: Line, call: Call, reason: string): void {
  if (call.phase === 'ended') return;
  call.phase = 'ended';
  call.media?.close();
  line.report('ended', call, reason);
}

/** Ends a session that the other side knows, and says why in every way that this client has. */
export async function terminate(line: Line, call: Call, reason: string): Promise<void> {
  const { habits } = line;
  const why = el(NS.JINGLE, 'reason', {}, el(NS.JINGLE, reason));
  end(line, call, reason);
  const terminated = sendJingle(line, call, { action: 'session-terminate' }, why);
  if (call.isProposed && habits.sendsFinish) sendMessage(line, call, 'finish', call.peer, reason);
  await terminated;
}

/** What fails ends the call on both sides, with the error as detail. */
async function orTerminate(line: Line, call: Call, work: Promise<unknown>, reason: string): Promise<void> {
  try {
    await work;
  } catch (cause) {
    if (call.phase === 'ended') return;
    line.report('refused', call, String(cause));
    await terminate(line, call, reason).catch(() => undefined);
  }
}

async function mediaFor(line: Line, call: Call): Promise<MediaSession> {
  const { habits, sound, toneHz, stream } = line;
  const speaks3264 =
    habits.gathersForRfc3264 && (await featuresAt(stream, call.peer)).includes('urn:ietf:rfc:3264');
  const media = new MediaSession({
    role: call.role,
    habits,
    sound,
    toneHz,
    gathersFirst: habits.candidates === 'inline' || speaks3264,
    sendTransport: (content) => {
      sendJingle(line, call, { action: 'transport-info' }, content).catch((cause: unknown) =>
        line.report('refused', call, `transport-info: ${String(cause)}`),
      );
    },
    onConnection: (state) => {
      if (state === 'connected') line.report('connected', call);
      if (state === 'failed') terminate(line, call, 'connectivity-error').catch(() => undefined);
    },
  });
  call.media = media;
  return media;
}

/** Sends the session-initiate of `call`. */
export async function initiate(line: Line, call: Call): Promise<void> {
  const media = await mediaFor(line, call);
  const { habits, stream } = line;
  const initiator = { none: undefined, bare: bareOf(stream.fullJid), full: stream.fullJid }[habits.initiator];
  const contents = await media.offer();
  call.phase = 'initiated';
  const sent = sendJingle(line, call, { action: 'session-initiate', initiator }, ...contents);
  if (habits.candidates !== 'after-answer') media.trickle();
  await sent.catch((cause: unknown) =>
    end(line, call, cause instanceof Error ? cause.message : String(cause)),
  );
}

/** Answers the session-initiate `offered`. */
export async function accept(line: Line, call: Call, offered: Element): Promise<void> {
  const complaint = line.habits.isStrict ? complaintAbout(offered, 'offer') : undefined;
  if (complaint !== undefined) {
    await terminate(line, call, complaint);
    return;
  }
  const media = await mediaFor(line, call);
  const answered = (async () => {
    const contents = await media.answer(offered);
    call.phase = 'active';
    const sent = sendJingle(line, call, { action: 'session-accept' }, ...contents);
    media.trickle();
    await sent;
  })();
  await orTerminate(line, call, answered, 'failed-application');
}

/** Takes the session-accept of a session that this client initiated. */
export async function accepted(line: Line, call: Call, answer: Element): Promise<void> {
  const complaint = line.habits.isStrict ? complaintAbout(answer, 'answer') : undefined;
  if (complaint !== undefined || call.media === undefined) {
    await terminate(line, call, complaint ?? 'general-error');
    return;
  }
  const { media } = call;
  const taken = (async () => {
    await media.takeAnswer(answer);
    call.phase = 'active';
    line.report('accepted', call);
    media.trickle();
  })();
  await orTerminate(line, call, taken, 'failed-application');
}
