/**
 * What needs the edges that not every gateway has: calls through a real rtpengine, chats over MSRP, phones shown at a real
 * Prosody by BOSH.
 */
import {
  freePort,
  type GatewayProcesses,
  type Rtpengine,
  scratchDirectory,
  startRtpengine,
} from '@stoxgate/testkit';
import { CHATS, CHATTER, Chats } from './chats.ts';
import { Phones } from './phones.ts';
import { fromSipOf, fromUsersOf, type MessageTally } from './report.ts';
import type { Users } from './users.ts';

/** Each chat, in each direction, and each phone has something new so often. */
const CHAT_MS = 2000;
const STATE_MS = 3000;

export interface MoreEdgesTally {
  readonly chatToSip: MessageTally;
  readonly chatToXmpp: MessageTally;
  /** Sessions over MSRP. */
  readonly chatsOpened: number;
  readonly phoneStates: number;
  /** Phones that are not shown as they are. */
  readonly phonesWrong: readonly string[];
  /** Calls that the media relay still has. */
  readonly relayedLeft: number;
}

export class MoreEdges {
  readonly chatPort: number;
  readonly #users: Users;
  readonly #relay: Rtpengine;
  readonly #chats: Chats;
  readonly #phones: Phones;
  #timers: NodeJS.Timeout[] = [];

  private constructor(users: Users, chatPort: number, relay: Rtpengine, phones: Phones) {
    this.#users = users;
    this.chatPort = chatPort;
    this.#relay = relay;
    this.#chats = new Chats(users);
    this.#phones = phones;
  }

  /** @param stops is given what ends what was started. */
  static async start(users: Users, stops: (() => Promise<void>)[]): Promise<MoreEdges> {
    const relay = await startRtpengine();
    stops.push(relay.stop);
    const scratch = await scratchDirectory('chaos');
    stops.push(scratch.remove);
    const phones = await Phones.start(scratch.path);
    stops.push(() => phones.stop());
    return new MoreEdges(users, await freePort(), relay, phones);
  }

  /** What the gateway is told of all that. */
  get config(): Readonly<Record<string, unknown>> {
    return {
      media: { relay: 'rtpengine', rtpengine: [this.#relay.address] },
      // A chat whose end was lost ends by itself before anybody looks for what is left.
      messages: { session_timeout: 30, msrp: { enabled: true, listen_host: '127.0.0.1', listen_port: 0 } },
      phones: this.#phones.config,
    };
  }

  /** Whether a request is for a SIP user who chats. */
  takes(requestUri: string): boolean {
    return requestUri.startsWith(`sip:${CHATTER}`);
  }

  /** @param gateway port of the dispatcher. */
  async open(gateway: number, stops: (() => Promise<void>)[]): Promise<void> {
    await this.#chats.start(this.chatPort, gateway);
    stops.push(() => this.#chats.stop());
  }

  begin(replicas: readonly GatewayProcesses[]): void {
    this.#phones.begin(replicas, STATE_MS);
    this.#timers = [
      setInterval(() => this.#chats.write(), CHAT_MS / CHATS),
      setInterval(() => void this.#chats.answer(), CHAT_MS / CHATS),
    ];
  }

  /** Nobody writes, no phone changes any more. */
  async end(): Promise<void> {
    for (const timer of this.#timers) clearInterval(timer);
    await this.#phones.end();
  }

  /** Whether nothing more is to be expected. */
  get isSettled(): boolean {
    const { chatToSip, chatToXmpp } = this.#messages();
    return chatToSip.lost === 0 && chatToXmpp.lost === 0 && this.#phones.wrong.length === 0;
  }

  /** The SIP users leave their chats. */
  leave(): Promise<void> {
    return this.#chats.end();
  }

  async relayed(): Promise<number> {
    return (await this.#relay.calls()).length;
  }

  async tally(): Promise<MoreEdgesTally> {
    return {
      ...this.#messages(),
      chatsOpened: this.#chats.opened,
      phoneStates: this.#phones.told,
      phonesWrong: this.#phones.wrong,
      relayedLeft: await this.relayed(),
    };
  }

  #messages() {
    return {
      chatToSip: fromUsersOf('k', this.#users, this.#chats.heard),
      chatToXmpp: fromSipOf(this.#chats.accepted, this.#users.heard),
    };
  }
}
