/**
 * The handling of one event of a pair as far as it concerns chat sessions: what it comes to, command by command.
 */
import { type Command, deriveHex, type OutgoingSipRequest, type SipRequest } from '@stoxgate/contracts';
import type { ClientRequest } from '../call/call-session.ts';
import type { Challenge } from '../call/challenges.ts';
import { type ResponseParts, responseTo } from '../call/sip-response.ts';
import { branchOfMessage } from '../message/branch.ts';
import type { PairSession } from '../message/pair-session.ts';
import { NEW_PAIR, pairStep } from '../message/pair-turn.ts';
import type { TranslatorPolicy } from '../policy.ts';
import type { Input, Step } from '../step.ts';
import type { ChatSession } from './chat-session.ts';

export class ChatTurn {
  readonly policy: TranslatorPolicy;
  readonly input: Input;
  readonly commands: Command[] = [];
  #pair: PairSession;
  #drawn = 0;

  constructor(policy: TranslatorPolicy, known: PairSession | undefined, input: Input) {
    this.policy = policy;
    this.input = input;
    this.#pair = known ?? NEW_PAIR;
  }

  get now(): number {
    return this.input.now;
  }

  /** What is remembered of the pair besides its chats. */
  get pair(): PairSession {
    return this.#pair;
  }

  set pair(pair: PairSession) {
    this.#pair = pair;
  }

  get chats(): readonly ChatSession[] {
    return this.#pair.chats ?? [];
  }

  /** The session as it is now; undefined once it was dropped. */
  chat(callId: string): ChatSession | undefined {
    return this.chats.find((one) => one.callId === callId);
  }

  /** Remembers a session in place of the one with its Call-ID. */
  put(chat: ChatSession): void {
    const isKnown = this.chat(chat.callId) !== undefined;
    const chats = isKnown
      ? this.chats.map((one) => (one.callId === chat.callId ? chat : one))
      : [...this.chats, chat];
    this.#pair = { ...this.#pair, chats };
  }

  drop({ callId }: ChatSession): void {
    const { chats: _, ...pair } = this.#pair;
    const chats = this.chats.filter((one) => one.callId !== callId);
    this.#pair = chats.length === 0 ? pair : { ...pair, chats };
  }

  issue(...commands: Command[]): void {
    this.commands.push(...commands);
  }

  /** A value nobody outside can foresee, equal in every replay of this event: `bytes` bytes in hex. */
  derive(bytes: number): string {
    this.#drawn++;
    return deriveHex(`${this.input.eventId} chat ${this.#drawn}`, bytes);
  }

  /** Sends a request in a new client transaction, with answers to `challenges`. */
  request(request: OutgoingSipRequest, challenges: readonly Challenge[] = [], edge?: string): ClientRequest {
    const branch = branchOfMessage(`${this.input.eventId} ${this.derive(4)}`, request);
    this.issue({
      type: 'sip.request.send',
      ...(edge === undefined ? {} : { edge }),
      branch,
      request,
      ...(challenges.length === 0 ? {} : { challenges: [...challenges] }),
    });
    return { branch, request, challenges };
  }

  /** Answers a request whose transaction `edge` has. `localTag` is used where it has no To tag. */
  respond(edge: string, request: SipRequest, status: number, localTag: string, parts?: ResponseParts): void {
    this.issue({ type: 'sip.response.send', edge, response: responseTo(request, status, localTag, parts) });
  }

  /** Ends the step: what of the pair's messages can go out goes, and the record's timer is set. */
  finish(): Step {
    return pairStep(this.#pair, this.commands, this.input);
  }
}
