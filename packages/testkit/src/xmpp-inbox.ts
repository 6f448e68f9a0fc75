/**
 * What came in for a test and was not taken yet, and who waits for it.
 */
import type { XmlElement } from '@stoxgate/contracts';
import { serialize } from '@stoxgate/wire-xmpp';

export type StanzaTest = (stanza: XmlElement) => boolean;

interface Waiter {
  readonly test: StanzaTest;
  readonly take: (stanza: XmlElement) => void;
}

const SHOWN_STANZAS = 12;
const SHOWN_LENGTH = 300;

const shown = (stanzas: readonly XmlElement[]): string => {
  if (stanzas.length === 0) return 'nothing';
  const lines = stanzas
    .slice(-SHOWN_STANZAS)
    .map((stanza) => `  ${serialize(stanza).slice(0, SHOWN_LENGTH)}`);
  return `\n${lines.join('\n')}`;
};

export class XmppInbox {
  readonly #owner: string;
  #waiting: XmlElement[] = [];
  readonly #waiters = new Set<Waiter>();

  /** @param owner named in the error of a wait that ends in vain. */
  constructor(owner: string) {
    this.#owner = owner;
  }

  /** Gives `stanza` to the first who waits for one like it, else keeps it. */
  put(stanza: XmlElement): void {
    for (const waiter of this.#waiters) {
      if (!waiter.test(stanza)) continue;
      this.#waiters.delete(waiter);
      waiter.take(stanza);
      return;
    }
    this.#waiting.push(stanza);
  }

  /** Takes out the first stanza that passes `test`, come or still to come; rejects after `timeoutMs`. */
  next(test: StanzaTest, timeoutMs: number): Promise<XmlElement> {
    const found = this.#waiting.find(test);
    if (found !== undefined) {
      this.#waiting = this.#waiting.filter((stanza) => stanza !== found);
      return Promise.resolve(found);
    }
    // Made here so that its stack names the test that waits.
    const failure = new Error();
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#waiters.delete(waiter);
        failure.message = `${this.#owner}: no stanza like ${test.toString()} within ${timeoutMs} ms; not taken: ${shown(this.#waiting)}`;
        reject(failure);
      }, timeoutMs);
      const waiter: Waiter = {
        test,
        take: (stanza) => {
          clearTimeout(timer);
          resolve(stanza);
        },
      };
      this.#waiters.add(waiter);
    });
  }
}
