/**
 * One login, as the library asks for its parts: PLAIN, SCRAM-SHA-1 and -256 with names and passwords prepared, where a server
 * has to prove itself. RFC 4616, RFC 5802, RFC 7677.
 */
import type { SaslMechanism } from '@stoxgate/contracts';
import type { Mechanism } from '@xmpp/client';
import { saslPrepared } from '../sasl/prepare.ts';
import { type ScramEnd, scramEnd, scramFirst } from '../sasl/scram.ts';

export interface SaslLogin {
  readonly username: string;
  readonly password: string;
  /** Drawn for this login. */
  readonly nonce: string;
}

/** secret: name or password cannot be used. */
export type SaslFault = 'secret' | 'ended' | 'unproven';

const base64 = (text: string): string => Buffer.from(text, 'utf8').toString('base64');

export class SaslExchange {
  readonly #login: SaslLogin;
  readonly #failed: (fault: SaslFault) => void;
  #end: Extract<ScramEnd, { ok: true }> | undefined;
  #isProven = false;

  /** @param failed told why nothing can be said next; the library hears of it by a rejection. */
  constructor(login: SaslLogin, failed: (fault: SaslFault) => void) {
    this.#login = login;
    this.#failed = failed;
  }

  /** What the library makes of the mechanism: a class, whose one instance is this exchange. */
  mechanism(name: SaslMechanism): new () => Mechanism {
    const first = (): string => this.#first(name);
    const challenge = (text: string): Promise<void> => this.#challenged(name, text);
    const next = (): string | undefined => this.#end && (this.#isProven ? '' : this.#end.message);
    return class {
      readonly name = name;
      readonly clientFirst = true;
      response(): string {
        return next() ?? first();
      }
      challenge(text: string): Promise<void> {
        return challenge(text);
      }
    };
  }

  /** Whether the server may be believed, given the text of its `<success/>`. */
  isProvenBy(name: SaslMechanism, success: string): boolean {
    return name === 'PLAIN' || this.#isProven || this.#end?.isProven(success.replace(/\s/g, '')) === true;
  }

  #first(name: SaslMechanism): string {
    const { username, password, nonce } = this.#login;
    const [user, secret] = [saslPrepared(username), saslPrepared(password)];
    if (user === undefined || secret === undefined) return this.#fail('secret');
    return name === 'PLAIN' ? `\0${user}\0${secret}` : (scramFirst(username, nonce) ?? this.#fail('secret'));
  }

  async #challenged(name: SaslMechanism, text: string): Promise<void> {
    if (name === 'PLAIN' || this.#isProven) return this.#fail('ended');
    if (this.#end !== undefined) {
      this.#isProven = this.#end.isProven(base64(text));
      return this.#isProven ? undefined : this.#fail('unproven');
    }
    const end = await scramEnd({ ...this.#login, mechanism: name, challenge: base64(text) });
    if (!end.ok) return this.#fail(end.cause === 'secret' ? 'secret' : 'ended');
    this.#end = end;
  }

  #fail(fault: SaslFault): never {
    this.#failed(fault);
    throw new Error(`SASL: ${fault}`);
  }
}
