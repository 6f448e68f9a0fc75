/**
 * A simulated call whose media go through a relay that answers, refuses or falls silent, and whose caller may propose it
 * by message first.
 */
import type { CommandOf, Event } from '@stoxgate/contracts';
import { el, NS } from '@stoxgate/wire-xmpp';
import { ACTIONS } from './actions.ts';
import { ALICE, pick, SID, TO_SIP } from './names.ts';
import { Simulation } from './simulation.ts';

type MediaCommand = CommandOf<'media.request.send'>;

/** Where the relay is; nobody but it must be heard of at the other end. */
export const RELAY = '192.0.2.20';
const FROM_PROCEED = `${TO_SIP}/sip`;

/** What a relay makes of a description: for the SIP party the same ports whatever the client is, else the same m-lines. */
function relayed({ request }: MediaCommand, n: number): string {
  if (!('sdp' in request)) return '';
  if (request.from === 'sip') return request.sdp.replace(/192\.0\.2\.[15]/g, RELAY);
  const media = request.sdp.split(/^(?=m=)/m).slice(1);
  const lines = media.map((section, index) => {
    const isRefused = /^m=\S+ 0 /.test(section);
    const port = isRefused ? 0 : 40_000 + 10 * index + (n % 5 === 4 ? 2 : 0);
    const direction = /^a=(sendrecv|sendonly|recvonly|inactive)/m.exec(section)?.[0] ?? 'a=sendrecv';
    const kind = /^m=(\S+)/.exec(section)?.[1] ?? 'audio';
    return kind === 'audio'
      ? `m=audio ${port} RTP/AVP 0\r\n${direction}\r\n`
      : `m=${kind} ${port} RTP/AVP 96\r\na=rtpmap:96 VP8/90000\r\n${direction}\r\n`;
  });
  return `v=0\r\no=- 1 1 IN IP4 ${RELAY}\r\ns=-\r\nc=IN IP4 ${RELAY}\r\nt=0 0\r\n${lines.join('')}`;
}

export class RelayedSimulation extends Simulation {
  readonly #asked: MediaCommand[] = [];
  #count = 0;

  override feed(event: Event): void {
    super.feed(event);
    for (const command of this.turns.at(-1)?.commands ?? []) {
      const isExchange =
        command.type === 'media.request.send' &&
        (command.request.kind === 'offer' || command.request.kind === 'answer');
      if (isExchange) this.#asked.push(command);
    }
  }

  relayAnswers(n: number): void {
    const command = n % 9 === 8 ? this.#asked[0] : this.#asked.shift();
    if (command === undefined) return;
    const { exchange } = command;
    this.feed({ type: 'media.request.answered', exchange, relay: RELAY, sdp: relayed(command, n) });
  }

  relayFails(n: number): void {
    const command = this.#asked.shift();
    const cause = pick(['unreachable', 'refused', 'unreadable'] as const, n);
    if (command !== undefined) this.feed({ type: 'media.request.failed', exchange: command.exchange, cause });
  }

  /** A word of the caller about a call. */
  says(verb: string, from = ALICE): void {
    const description = el('description', { xmlns: NS.JINGLE_RTP, media: 'audio' });
    const word = el(verb, { xmlns: NS.JINGLE_MESSAGE, id: SID }, description);
    const id = `word-${++this.#count}`;
    const stanza = el('message', { type: 'chat', from, to: TO_SIP, id }, word);
    this.feed({ type: 'xmpp.message.received', domain: 'example.net', stanza });
  }
}

type Act = (simulation: RelayedSimulation, n: number) => void;

export const RELAYED_ACTIONS = {
  ...(ACTIONS as Readonly<Record<keyof typeof ACTIONS, Act>>),
  propose: (s) => s.says('propose'),
  proposeOther: (s) => s.says('propose', 'kate@example.org/desk'),
  takeBack: (s, n) => s.says(pick(['retract', 'finish', 'reject'], n)),
  initiateProposed: (s, n) => s.jingle(ALICE, FROM_PROCEED, 'session-initiate', n),
  endProposed: (s, n) => s.jingle(ALICE, FROM_PROCEED, 'session-terminate', n),
  relayAnswers: (s, n) => s.relayAnswers(n),
  relayFails: (s, n) => s.relayFails(n),
} as const satisfies Readonly<Record<string, Act>>;
