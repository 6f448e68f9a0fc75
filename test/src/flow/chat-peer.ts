/**
 * The MSRP edge in a flow: what is asked of it, and what it tells.
 */
import type { Command, CommandOf, Event, EventOf } from '@stoxgate/contracts';
import type { Bindings } from './bindings.ts';
import type { Participant } from './flow-file.ts';

export type ChatCommand = CommandOf<Extract<Command['type'], `msrp.${string}`>>;
type ChatEvent = EventOf<Extract<Event['type'], `msrp.${string}`>>;

const PORT = 2855;
const FINGERPRINT = { hash: 'sha-256', value: 'AB:CD' };

export const isChatCommand = (command: Command): command is ChatCommand => command.type.startsWith('msrp.');

type Peer = CommandOf<'msrp.session.connect'>['peer'];
const peerWords = ({ role, path }: Peer): string[] => [role, ...path];

/** `open S tcp [active PATH]`, `connect S passive PATH`, `message S NAME text/plain report failure=no`, `report S ID 200`, `close S`. */
export function chatHeadline(command: ChatCommand): string {
  const { session } = command;
  switch (command.type) {
    case 'msrp.session.open': {
      const transport = command.isSecure ? 'tls' : 'tcp';
      return ['open', session, transport, ...(command.peer ? peerWords(command.peer) : [])].join(' ');
    }
    case 'msrp.session.connect':
      return ['connect', session, ...peerWords(command.peer)].join(' ');
    case 'msrp.session.close':
      return `close ${session}`;
    case 'msrp.report.send':
      return `report ${session} ${command.message} ${command.status}`;
    case 'msrp.message.send': {
      const { message, body, wantsReport, failureReport } = command;
      const type = body.contentType.split(';')[0];
      const report = wantsReport ? ' report' : '';
      return `message ${session} ${message} ${type}${report} failure=${failureReport}`;
    }
  }
}

const linesOf = (command: ChatCommand): string[] => {
  if (command.type === 'msrp.message.send') return command.body.content.split(/\r?\n/);
  const peer = 'peer' in command ? (command.peer?.fingerprints ?? []) : [];
  const fingerprints = peer.map(({ hash, value }) => `fingerprint: ${hash} ${value}`);
  if (command.type !== 'msrp.session.open') return fingerprints;
  return [`accept: ${(command.acceptTypes ?? ['*']).join(' ')}`, ...fingerprints];
};

/** What differs between a command to the edge and what the flow says of it. */
export function chatFault(
  bindings: Bindings,
  command: ChatCommand,
  headline: string,
  details: readonly string[],
): string | undefined {
  const actual = chatHeadline(command);
  if (!bindings.matches(headline, actual)) return `it is ${actual}`;
  const lines = linesOf(command);
  for (const line of details) {
    const index = lines.findIndex((candidate) => bindings.matches(line, candidate));
    if (index < 0) return `no line ${line}, or not in this order`;
    lines.splice(0, index + 1);
  }
  return undefined;
}

/** The text of a command to the edge as it would stand in a flow. */
export const describeChat = (command: ChatCommand): string =>
  [`gw --> ?   ${chatHeadline(command)}`, ...linesOf(command)].join('\n    | ');

/** What the edge tells of a session; its name is the address of the participant. */
export function chatEvent({ address }: Participant, headline: string, details: readonly string[]): ChatEvent {
  const [word = '', session = '', third = '', fourth, ...rest] = headline.split(' ');
  const code = (text: string | undefined) => (text === undefined ? {} : { status: Number(text) });
  switch (word) {
    case 'opened': {
      const isSecure = third === 'tls';
      const path = `${isSecure ? 'msrps' : 'msrp'}://${address}:${PORT}/${session};tcp`;
      const fingerprint = isSecure ? { fingerprint: FINGERPRINT } : {};
      return { type: 'msrp.session.opened', session, path, port: PORT, ...fingerprint };
    }
    case 'connected':
      return { type: 'msrp.session.connected', session };
    case 'failed':
      return { type: 'msrp.session.failed', session, cause: third as 'refused', ...code(fourth) };
    case 'closed':
      return { type: 'msrp.session.closed', session, cause: third as 'lost' };
    case 'sent':
    case 'delivered':
      return { type: `msrp.message.${word}`, session, message: third };
    case 'undelivered':
      return {
        type: 'msrp.message.failed',
        session,
        message: third,
        cause: fourth as 'refused',
        ...code(rest[0]),
      };
    case 'received':
      return receivedEvent(session, third, [fourth ?? 'text/plain', ...rest], details.join('\n'));
    default:
      throw new Error(`an MSRP edge does not say ${headline}`);
  }
}

const receivedEvent = (
  session: string,
  message: string,
  [contentType = '', ...asked]: readonly string[],
  content: string,
): EventOf<'msrp.message.received'> => ({
  type: 'msrp.message.received',
  session,
  message,
  body: { contentType, content, encoding: 'utf8' },
  bytes: Buffer.byteLength(content),
  wantsReport: asked.includes('report'),
  failureReport: asked.includes('failure=no') ? 'no' : 'yes',
});
