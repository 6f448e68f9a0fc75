/**
 * Chats over MSRP in a chaos run: some users and one device of each SIP user whom they talk with. Whatever becomes of a session,
 * the user goes on writing; the SIP user writes in the newest session that somebody opened with him.
 */
import { type ChatPhone, type PhoneChat, startChatPhone } from '@stoxgate/testkit';
import { COMPONENT, type Users } from './users.ts';

export const CHATS = 4;
/** First letter of these SIP users, who take chats. */
export const CHATTER = 'm';
const END_MS = 20_000;
const LISTEN_MS = 3_600_000;

export class Chats {
  /** Texts of SIP users that were answered 200. */
  readonly accepted = new Set<string>();
  /** Text of users → its names: the Message-ID of MSRP, or the request that brought it. */
  readonly heard = new Map<string, Set<string>>();
  /** Sessions that were opened. */
  opened = 0;
  readonly #users: Users;
  readonly #newest = new Map<string, PhoneChat>();
  #phone: ChatPhone | undefined;
  #written = 0;
  #answered = 0;
  #isOver = false;

  constructor(users: Users) {
    this.#users = users;
  }

  async start(port: number, gateway: number): Promise<void> {
    this.#phone = await startChatPhone({
      aor: 'sip:all@sip.test',
      port,
      target: { host: '127.0.0.1', port: gateway },
      retransmitAfterMs: 500,
      keepLog: false,
      onMessage: (request) => {
        const { body, callId, cseq } = request.request;
        this.#hear(body?.content ?? '', `${callId} ${cseq.number}`);
        request.respond(200);
      },
    });
    void this.#takeChats(this.#phone);
  }

  /** The SIP users leave. */
  async end(): Promise<void> {
    await Promise.all([...this.#newest.values()].map((chat) => chat.bye(END_MS).catch(() => undefined)));
  }

  async stop(): Promise<void> {
    this.#isOver = true;
    await this.#phone?.stop();
  }

  /** The next user writes. */
  write(): void {
    const index = this.#written++;
    const chat = index % CHATS;
    this.#users.writeTo(`${CHATTER}${chat}@${COMPONENT}`, chat, `k${index}`);
  }

  /** The next SIP user writes, if anybody talks with him. */
  async answer(): Promise<void> {
    const chat = this.#newest.get(`${CHATTER}${this.#answered++ % CHATS}`);
    const text = `r${this.#answered}`;
    const code = await chat?.say(text).catch(() => undefined);
    if (code === 200) this.accepted.add(text);
  }

  async #takeChats(phone: ChatPhone): Promise<void> {
    while (!this.#isOver) {
      const chat = await phone.next(LISTEN_MS).catch(() => undefined);
      if (chat === undefined) continue;
      this.opened++;
      this.#newest.set(/sip:([^@]+)@/.exec(chat.invite.to.uri)?.[1] ?? '', chat);
      void this.#listen(chat);
    }
  }

  async #listen(chat: PhoneChat): Promise<void> {
    for (;;) {
      const message = await chat.hear(LISTEN_MS).catch(() => undefined);
      if (message === undefined) return;
      this.#hear(message.text, message.messageId);
    }
  }

  #hear(text: string, name: string): void {
    this.heard.set(text, (this.heard.get(text) ?? new Set()).add(name));
  }
}
