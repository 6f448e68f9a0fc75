/**
 * A media relay in a flow: what is asked of it, and what it answers.
 */
import type { CommandOf, EventOf } from '@stoxgate/contracts';
import type { Bindings } from './bindings.ts';
import type { Participant } from './flow-file.ts';

type MediaCommand = CommandOf<'media.request.send'>;

/** `offer from=xmpp to=rtp`, `candidates from=xmpp`, `delete`. */
export function relayHeadline({ request }: MediaCommand): string {
  const words: string[] = [request.kind];
  if ('from' in request) words.push(`from=${request.from}`);
  if ('to' in request) words.push(`to=${request.to}`);
  if (request.kind === 'digit') words.push(request.digit, `${request.durationMs}ms`);
  return words.join(' ');
}

const sdpOf = ({ request }: MediaCommand): string => ('sdp' in request ? request.sdp : '');

/** What differs between a request to the relay and what the flow says of it. */
export function relayFault(
  bindings: Bindings,
  command: MediaCommand,
  headline: string,
  details: readonly string[],
): string | undefined {
  const actual = relayHeadline(command);
  if (!bindings.matches(headline, actual)) return `it is ${actual}`;
  const lines = sdpOf(command).split('\r\n');
  for (const line of details) {
    const unwanted = /^no (.*)$/.exec(line)?.[1];
    const index = lines.findIndex((candidate) => bindings.matches(unwanted ?? line, candidate));
    if (unwanted !== undefined && index >= 0) return `it has ${unwanted}`;
    if (unwanted !== undefined) continue;
    if (index < 0) return `no line ${line}, or not in this order`;
    lines.splice(0, index + 1);
  }
  return undefined;
}

export class RelayPeer {
  readonly #address: string;
  readonly #open: MediaCommand[] = [];

  constructor({ address }: Participant) {
    this.#address = address;
  }

  receive(command: MediaCommand): void {
    if (command.request.kind === 'offer' || command.request.kind === 'answer') this.#open.push(command);
  }

  /** The event, and the request that it answers: the oldest open one. */
  speak(
    headline: string,
    details: readonly string[],
  ): { command: MediaCommand; event: EventOf<'media.request.answered'> | EventOf<'media.request.failed'> } {
    const command = this.#open.shift();
    if (command === undefined) throw new Error('nothing was asked of the relay');
    const { exchange } = command;
    const cause = /^failed (unreachable|refused|unreadable)$/.exec(headline)?.[1];
    if (cause !== undefined) {
      return { command, event: { type: 'media.request.failed', exchange, cause: cause as 'refused' } };
    }
    if (headline !== 'answered') throw new Error(`a relay does not say ${headline}`);
    const sdp = details.map((line) => `${line}\r\n`).join('');
    return { command, event: { type: 'media.request.answered', exchange, relay: this.#address, sdp } };
  }
}

/** The text of a request to the relay as it would stand in a flow. */
export const describeRelay = (command: MediaCommand): string =>
  [`gw --> ?   ${relayHeadline(command)}`, ...sdpOf(command).split('\r\n')].join('\n    | ');
