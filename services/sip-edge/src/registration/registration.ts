/**
 * One address that this edge is registered for: REGISTER, again before it is over, and the end. Each edge registers its
 * own Contact, so there is nothing to agree on between edges. RFC 3261 §10.2, RFC 5626 §4.
 */
import { randomUUID } from 'node:crypto';
import type { OutgoingSipRequest, SipResponse } from '@stoxgate/contracts';
import type { Logger } from '@stoxgate/runtime';
import type { Credentials, SipStack } from '@stoxgate/sip-stack';
import type { EdgeTag } from '../edge-user.ts';
import {
  type Asked,
  isContactOf,
  type RegisterOutcome,
  registerOutcome,
  renewAfterMs,
  retryAfterMs,
} from './register-outcome.ts';

export interface RegistrationOptions {
  /** `user@host`. */
  readonly aor: string;
  /** Route to the registrar; empty: as any request goes. */
  readonly routes: readonly string[];
  readonly contactUser: string;
  /** Host in our Contact. */
  readonly localHost: string;
  /** Port in it. */
  readonly port: number;
  /** `urn:uuid:…` of this edge; absent: a Contact without instance. */
  readonly instance?: string;
  readonly expiresSeconds: number;
  readonly mayUnregister: boolean;
  readonly credentials: Credentials;
}

export interface RegistrationParts {
  readonly stack: Pick<SipStack<EdgeTag>, 'request'>;
  readonly log: Logger;
  readonly failed: (cause: string) => void;
}

const MAX_FORWARDS = 70;

export class Registration {
  readonly #options: RegistrationOptions;
  readonly #parts: RegistrationParts;
  readonly #callId = randomUUID();
  readonly #tag = randomUUID();
  #cseq = 0;
  #expires: number;
  #failures = 0;
  #timer: NodeJS.Timeout | undefined;
  #registeredUntil = 0;
  #isEnding = false;

  constructor(options: RegistrationOptions, parts: RegistrationParts) {
    this.#options = options;
    this.#parts = parts;
    this.#expires = options.expiresSeconds;
  }

  get isRegistered(): boolean {
    return this.#registeredUntil > Date.now();
  }

  /** Registers, and keeps it so. */
  start(): void {
    void this.#keep();
  }

  /** Takes the Contact back. Resolves when the registrar has said so, or will not. */
  async end(): Promise<void> {
    const wasRegistered = this.isRegistered;
    this.stop();
    if (wasRegistered && this.#options.mayUnregister) await this.#register(0);
  }

  /** Does nothing more; what is registered stays until it is over. */
  stop(): void {
    this.#isEnding = true;
    this.#registeredUntil = 0;
    clearTimeout(this.#timer);
  }

  async #keep(): Promise<void> {
    const outcome = await this.#register(this.#expires);
    if (this.#isEnding) return;
    const { aor } = this.#options;
    const { log } = this.#parts;
    if (outcome.kind === 'granted' && outcome.seconds > 0) {
      const { seconds } = outcome;
      if (!this.isRegistered) log.info({ aor, seconds }, 'registered');
      this.#failures = 0;
      this.#registeredUntil = Date.now() + seconds * 1000;
      this.#again(renewAfterMs(seconds));
      return;
    }
    this.#failures += 1;
    const cause = outcome.kind === 'refused' ? outcome.cause : 'not granted';
    const given = outcome.kind === 'refused' ? outcome.retryAfterMs : undefined;
    const retryMs = Math.max(given ?? 0, retryAfterMs(this.#failures, Math.random()));
    log.warn({ aor, cause, retryMs: Math.round(retryMs) }, 'not registered');
    this.#parts.failed(cause);
    this.#again(retryMs);
  }

  #again(ms: number): void {
    this.#timer = setTimeout(() => void this.#keep(), ms).unref();
  }

  /** One registration with all that it takes: credentials, a longer interval. Never rejects. */
  async #register(expires: number): Promise<RegisterOutcome> {
    let asked: Asked = { expires, challenges: [] };
    for (;;) {
      const outcome = await this.#ask(asked);
      if (outcome.kind !== 'again') return outcome;
      asked = outcome.asked;
      if (asked.expires > expires) this.#expires = asked.expires;
    }
  }

  #ask(asked: Asked): Promise<RegisterOutcome> {
    const { contactUser, localHost, port, credentials } = this.#options;
    const isOurs = (uri: string): boolean => isContactOf({ user: contactUser, host: localHost, port }, uri);
    return new Promise((resolve) => {
      const responded = (response: SipResponse): void => {
        if (response.status >= 200) resolve(registerOutcome(asked, response, isOurs));
      };
      const failed = (cause: string): void => resolve({ kind: 'refused', cause });
      const branch = `z9hG4bK${randomUUID()}`;
      this.#parts.stack
        .request({ responded, failed }, branch, this.#requestOf(asked), asked.challenges, credentials)
        .catch(() => failed('transport'));
    });
  }

  #requestOf({ expires }: Asked): OutgoingSipRequest {
    const { aor, routes, contactUser, instance } = this.#options;
    const uri = `sip:${aor}`;
    this.#cseq += 1;
    return {
      method: 'REGISTER',
      requestUri: `sip:${aor.slice(aor.lastIndexOf('@') + 1)}`,
      routes: [...routes],
      from: { uri, params: { tag: this.#tag } },
      to: { uri, params: {} },
      callId: this.#callId,
      cseq: this.#cseq,
      maxForwards: MAX_FORWARDS,
      contact: {
        user: contactUser,
        params: {
          expires: String(expires),
          ...(instance === undefined ? {} : { '+sip.instance': `"<${instance}>"`, 'reg-id': '1' }),
        },
      },
      headers: {
        supported: [instance === undefined ? 'path' : 'path, outbound'],
        expires: [String(expires)],
      },
    };
  }
}
