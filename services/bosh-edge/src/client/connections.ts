/**
 * The connections that this process has, from the commands that name them. One is there from `keep` on, which is in hand until
 * the bus knows that it is over.
 */
import {
  type CommandOf,
  type ConnectionCause,
  type PhoneConnectionEvent,
  type SealedSecret,
  type SessionKey,
  StoxgateError,
} from '@stoxgate/contracts';
import { clientUrlFault, isLoopback, type Logger } from '@stoxgate/runtime';
import type { XmlLimits } from '@stoxgate/wire-xmpp';
import type { PhoneClient, PhoneClientListener, PhoneLogin } from './phone-client.ts';

export interface ConnectionsOptions {
  /** Logs in; undefined: this process never does. */
  readonly logIn: ((login: PhoneLogin, listener: PhoneClientListener) => PhoneClient) | undefined;
  /** Publishes an event; false: the bus did not take it. Never rejects. */
  readonly tell: (key: SessionKey, event: PhoneConnectionEvent) => Promise<boolean>;
  readonly openSecret: (key: SessionKey, secret: SealedSecret) => string | undefined;
  readonly limits: XmlLimits;
  /** Whether passwords may go to other hosts without TLS. */
  readonly allowPlain: boolean;
  /** Authorities of servers, PEM. */
  readonly ca?: string;
  readonly silenceMs: number;
  readonly counted: (change: 'opened' | ConnectionCause) => void;
  readonly log: Logger;
}

interface Held {
  readonly key: SessionKey;
  client: PhoneClient | undefined;
  isOpen: boolean;
  /** What was told of it last: one event after the other. */
  told: Promise<unknown>;
  /** Lets go of the command that is in hand for it. */
  release: (isTold: boolean) => void;
}

const SENTENCES: Partial<Readonly<Record<ConnectionCause, string>>> = {
  tls: 'the server has no TLS, or a certificate that is not trusted: see phones.ca_file, phones.allow_plain',
  secret: 'the password of a phone cannot be opened or used: see phones.key, or import the account again',
};

export class Connections {
  readonly #options: ConnectionsOptions;
  readonly #held = new Map<string, Held>();

  constructor(options: ConnectionsOptions) {
    this.#options = options;
  }

  get open(): number {
    let count = 0;
    for (const { isOpen } of this.#held.values()) if (isOpen) count++;
    return count;
  }

  /** Resolves when the connection is over, or another command is in hand for it. Rejects when the bus cannot be told of it. */
  async keep(key: SessionKey, connection: string): Promise<void> {
    const known = this.#held.get(connection);
    known?.release(true);
    const held = known ?? this.#take(key, connection);
    const isTold = await new Promise<boolean>((resolve) => {
      held.release = resolve;
    });
    if (!isTold) throw new StoxgateError('STOX_BUS_UNAVAILABLE', 'what became of a connection is not told');
  }

  #take(key: SessionKey, connection: string): Held {
    const told = Promise.resolve();
    const held: Held = { key, client: undefined, isOpen: false, told, release: () => undefined };
    this.#held.set(connection, held);
    const untold = (): void => {
      this.#held.delete(connection);
      held.client?.destroy();
      held.release(false);
    };
    this.#tell(held, { type: 'phone.connection.taken', connection }).then(
      (isTold) => (isTold ? undefined : untold()),
      untold,
    );
    return held;
  }

  /** Logs in. One that is not here is another process's by now. */
  login(key: SessionKey, command: CommandOf<'phone.connection.open'>): void {
    const { connection, url, domain, username, secret, mechanisms, resource } = command;
    const held = this.#held.get(connection);
    if (held === undefined || held.client !== undefined) return;
    const { logIn, openSecret, limits, allowPlain, ca, silenceMs, counted } = this.#options;
    const password = openSecret(key, secret);
    const closed = (cause: ConnectionCause): void => this.#over(held, connection, url, cause);
    if (logIn === undefined) {
      closed('refused');
      return;
    }
    if (password === undefined || clientUrlFault(url, allowPlain) !== undefined) {
      closed(password === undefined ? 'secret' : 'unusable');
      return;
    }
    const mayBePlain = allowPlain || isLoopback(new URL(url).hostname);
    const place = { url, domain, mayBePlain, maxBytes: limits.maxBytes, ...(ca !== undefined && { ca }) };
    held.client = logIn(
      { place, username, password, resource, mechanisms, limits, silenceMs },
      {
        opened: () => {
          held.isOpen = true;
          counted('opened');
          void this.#tell(held, { type: 'phone.connection.opened', connection });
        },
        closed,
      },
    );
  }

  async send({ connection, number, presence }: CommandOf<'phone.presence.send'>): Promise<void> {
    const held = this.#held.get(connection);
    if ((await held?.client?.send(presence)) !== true || held === undefined) return;
    await this.#tell(held, { type: 'phone.presence.sent', connection, number });
  }

  close(connection: string): void {
    const held = this.#held.get(connection);
    if (held === undefined) return;
    if (held.client === undefined) this.#over(held, connection, '', 'asked');
    else held.client.close();
  }

  /** Ends all connections without a word: they are other processes' now. */
  abandon(): void {
    const held = [...this.#held.values()];
    this.#held.clear();
    for (const { client } of held) client?.destroy();
  }

  #over(held: Held, connection: string, url: string, cause: ConnectionCause): void {
    if (this.#held.get(connection) !== held) return;
    this.#held.delete(connection);
    const { counted, log } = this.#options;
    counted(cause);
    log.debug({ key: held.key, cause }, 'connection of a phone closed');
    const sentence = SENTENCES[cause];
    if (sentence !== undefined) log.warn({ key: held.key, url }, sentence);
    this.#tell(held, { type: 'phone.connection.closed', connection, cause }).then(
      (isTold) => held.release(isTold),
      () => held.release(false),
    );
  }

  #tell(held: Held, event: PhoneConnectionEvent): Promise<boolean> {
    const told = held.told.then(() => this.#options.tell(held.key, event));
    held.told = told;
    return told;
  }
}
