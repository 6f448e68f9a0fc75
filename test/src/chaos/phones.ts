/**
 * Phones in a chaos run whose state is shown in the accounts of their owners, at a real Prosody by BOSH. Each is told one state
 * after the other, each until it is accepted; another device of the owner sees what is shown.
 */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { XmlElement } from '@stoxgate/contracts';
import {
  connectXmppUser,
  type GatewayProcesses,
  type Prosody,
  startProsody,
  type XmppUser,
} from '@stoxgate/testkit';
import { childOf } from '@stoxgate/wire-xmpp';

const PHONES = 6;
const HOST = 'phones.test';
const STATES = ['online', 'onthephone', 'still-online', 'offline'] as const;
type Seen = 'online' | 'onthephone' | 'offline';

const nameOf = (index: number): string => `p${index}`;
const seenAs: Readonly<Record<(typeof STATES)[number], Seen>> = {
  online: 'online',
  onthephone: 'onthephone',
  'still-online': 'online',
  offline: 'offline',
};

interface Watched {
  readonly name: string;
  /** Newest state that was accepted. */
  told: Seen;
  seen: Seen;
}

export class Phones {
  /** States that were accepted. */
  told = 0;
  readonly #server: Prosody;
  /** File with the accounts, as the gateway reads it. */
  readonly #accounts: string;
  readonly #phones: Watched[] = [];
  readonly #owners: XmppUser[] = [];
  #tellers: Promise<void>[] = [];
  #isOver = false;

  private constructor(server: Prosody, accounts: string) {
    this.#server = server;
    this.#accounts = accounts;
  }

  /** @param directory for the file with the accounts. */
  static async start(directory: string): Promise<Phones> {
    const names = Array.from({ length: PHONES }, (_, index) => nameOf(index));
    const file = join(directory, 'accounts.csv');
    await writeFile(file, names.map((name) => `${name}@sip.test,${name}@${HOST},${name}\n`).join(''));
    const accounts = Object.fromEntries(names.map((name) => [name, name]));
    const phones = new Phones(await startProsody({ host: HOST, accounts, components: {} }), file);
    for (const name of names) await phones.#watch(name);
    return phones;
  }

  /** Keys of the configuration under `phones`. */
  get config(): Readonly<Record<string, unknown>> {
    const key = Buffer.alloc(32, 1).toString('base64');
    return { bosh_url: this.#server.boshUrl, file: this.#accounts, key, wait: 10 };
  }

  /** Phones change until `stop`, each every `everyMs`. */
  begin(replicas: readonly GatewayProcesses[], everyMs: number): void {
    this.#tellers = this.#phones.map(async (phone, at) => {
      for (let count = at; !this.#isOver; count++) {
        const state = STATES[count % STATES.length] ?? 'online';
        await this.#tell(phone, state, replicas);
        await delay(everyMs);
      }
    });
  }

  /** Nobody changes any more; resolves once what was told is accepted. */
  async end(): Promise<void> {
    this.#isOver = true;
    await Promise.all(this.#tellers);
  }

  /** Phones that are not shown as they are. */
  get wrong(): readonly string[] {
    return this.#phones
      .filter(({ told, seen }) => told !== seen)
      .map(({ name, told, seen }) => `${name} is ${told}, shown ${seen}`);
  }

  async stop(): Promise<void> {
    this.#isOver = true;
    for (const owner of this.#owners) await owner.close().catch(() => undefined);
    await this.#server.stop();
  }

  async #watch(name: string): Promise<void> {
    const jid = `${name}@${HOST}`;
    const { clientPort } = this.#server;
    const owner = await connectXmppUser({
      jid,
      password: name,
      host: '127.0.0.1',
      port: clientPort,
      resource: 'desk',
    });
    this.#owners.push(owner);
    const phone: Watched = { name, told: 'offline', seen: 'offline' };
    this.#phones.push(phone);
    const isShown = (stanza: XmlElement): boolean =>
      stanza.name === 'presence' && stanza.attrs.from === `${jid}/SIP-phone`;
    const look = async (): Promise<void> => {
      while (!this.#isOver || this.#owners.includes(owner)) {
        const stanza = await owner.next(isShown, 3_600_000).catch(() => undefined);
        if (stanza === undefined) return;
        phone.seen = seenIn(stanza);
      }
    };
    void look();
  }

  /** The same again until somebody says that he has it, as a patient SIP server would. */
  async #tell(
    phone: Watched,
    state: (typeof STATES)[number],
    replicas: readonly GatewayProcesses[],
  ): Promise<void> {
    for (let attempt = 0; ; attempt++) {
      const { adminUrl } = (replicas[attempt % replicas.length] ?? replicas[0])?.process('translator') ?? {};
      try {
        const response = await fetch(`${adminUrl}/api/phones/${phone.name}@sip.test/state`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ state }),
          signal: AbortSignal.timeout(20_000),
        });
        await response.arrayBuffer();
        if (response.status !== 202) throw new Error(String(response.status));
        phone.told = seenAs[state];
        this.told++;
        return;
      } catch {
        await delay(200);
      }
    }
  }
}

function seenIn(presence: XmlElement): Seen {
  if (presence.attrs.type === 'unavailable') return 'offline';
  return childOf(presence, 'show') === undefined ? 'online' : 'onthephone';
}
