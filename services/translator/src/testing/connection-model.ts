/**
 * A bus and the edges on it in their least words, and one XMPP server: for properties of the core. Commands that stay in hand are
 * handed on when an edge dies, or is only taken for dead; events reach the phone in their order, commands of an edge likewise.
 */
import type { ConnectionCause, PhoneConnectionCommand, PhoneConnectionEvent } from '@stoxgate/contracts';
import type { Phone } from './phone-world.ts';

type Shown = 'available' | 'onthephone';

interface Token {
  readonly connection: string;
  /** Whose it is to be; undefined: anybody's. */
  readonly edge: string | undefined;
  holder: string | undefined;
}

interface Held {
  isOpen: boolean;
  shown: Shown | undefined;
}

interface Edge {
  readonly held: Map<string, Held>;
  readonly commands: PhoneConnectionCommand[];
}

export const EDGES = ['edge-1', 'edge-2'] as const;

export class ConnectionModel {
  readonly #phone: Phone;
  readonly #edges = new Map<string, Edge>(EDGES.map((name) => [name, { held: new Map(), commands: [] }]));
  #tokens: Token[] = [];
  readonly #events: { readonly edge: string; readonly event: PhoneConnectionEvent }[] = [];

  constructor(phone: Phone) {
    this.#phone = phone;
  }

  /** What others see of the phone. */
  get shown(): readonly Shown[] {
    return this.#all().flatMap(({ held: { shown } }) => (shown === undefined ? [] : [shown]));
  }

  get open(): number {
    return this.#all().filter(({ held }) => held.isOpen).length;
  }

  get tokens(): number {
    return this.#tokens.length;
  }

  get isQuiet(): boolean {
    const isIdle = [...this.#edges.values()].every(({ commands }) => commands.length === 0);
    return isIdle && this.#events.length === 0 && this.#tokens.every(({ holder }) => holder !== undefined);
  }

  /** Takes what the phone says to the bus. */
  send(): void {
    for (const command of this.#phone.told()) {
      if (command.type === 'phone.connection.keep') {
        this.#tokens.push({ connection: command.connection, edge: command.edge, holder: undefined });
      } else this.#edge(command.edge).commands.push(command);
    }
  }

  /** An edge takes a command that nobody has. */
  take(at: number, by: number): void {
    const free = this.#tokens.filter(({ holder }) => holder === undefined);
    const token = free[at % Math.max(1, free.length)];
    if (token === undefined) return;
    const name = EDGES[by % EDGES.length] ?? 'edge-1';
    const { held } = this.#edge(name);
    token.holder = name;
    if (held.has(token.connection)) {
      // The newer one is in hand now.
      this.#tokens = this.#tokens.filter(
        (other) => other === token || other.holder !== name || other.connection !== token.connection,
      );
      return;
    }
    held.set(token.connection, { isOpen: false, shown: undefined });
    this.#events.push({
      edge: name,
      event: { type: 'phone.connection.taken', connection: token.connection },
    });
  }

  /** The bus takes an edge for dead that lives: what it has in hand is free for the other. */
  forget(by: number): void {
    for (const token of this.#tokens) if (token.holder === EDGES[by % EDGES.length]) token.holder = undefined;
  }

  /** An edge dies, and another one is there under its name; what was left for it is carried out by somebody who knows nothing. */
  kill(by: number): void {
    this.forget(by);
    this.#edge(EDGES[by % EDGES.length] ?? 'edge-1').held.clear();
  }

  /** All connections break. */
  restart(): void {
    for (const { name, connection } of this.#all()) this.#close(name, connection, 'transport');
  }

  /** An edge carries out the next command; a login may fail. */
  work(by: number, cause: ConnectionCause | undefined): void {
    const name = EDGES[by % EDGES.length] ?? 'edge-1';
    const { held, commands } = this.#edge(name);
    const command = commands.shift();
    const one = command && held.get(command.connection);
    if (command === undefined || one === undefined) return;
    const { connection } = command;
    if (command.type === 'phone.connection.open') this.#login(name, connection, one, cause);
    else if (command.type === 'phone.connection.close') this.#close(name, connection, 'asked');
    else if (command.type === 'phone.presence.send' && one.isOpen) {
      one.shown = command.presence.includes('<show>') ? 'onthephone' : 'available';
      this.#events.push({
        edge: name,
        event: { type: 'phone.presence.sent', connection, number: command.number },
      });
    }
  }

  /** The next event reaches the phone. */
  deliver(): void {
    const next = this.#events.shift();
    if (next === undefined) return;
    this.#phone.handle(next.event, next.edge);
    this.send();
  }

  /** Whoever has the resource is sent away. */
  #login(name: string, connection: string, held: Held, cause: ConnectionCause | undefined): void {
    if (cause !== undefined) {
      this.#close(name, connection, cause);
      return;
    }
    for (const other of this.#all()) {
      if (other.held !== held && other.held.isOpen) this.#close(other.name, other.connection, 'replaced');
    }
    held.isOpen = true;
    this.#events.push({ edge: name, event: { type: 'phone.connection.opened', connection } });
  }

  #close(name: string, connection: string, cause: ConnectionCause): void {
    this.#edge(name).held.delete(connection);
    this.#tokens = this.#tokens.filter((token) => token.connection !== connection || token.holder !== name);
    this.#events.push({ edge: name, event: { type: 'phone.connection.closed', connection, cause } });
  }

  #all(): readonly { readonly name: string; readonly connection: string; readonly held: Held }[] {
    return [...this.#edges].flatMap(([name, { held }]) =>
      [...held].map(([connection, one]) => ({ name, connection, held: one })),
    );
  }

  #edge(name: string): Edge {
    const edge = this.#edges.get(name);
    if (edge === undefined) throw new Error(`no edge ${name}`);
    return edge;
  }
}
