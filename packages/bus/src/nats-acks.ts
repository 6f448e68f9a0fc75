/**
 * Acknowledgements of JetStream for many publishes over one subscription. A request of the client library makes an error
 * object with a stack, a timer and four promises for each; of these there are several for every message of a user.
 * NATS by Example, "JetStream publish": what the stream answers to the reply subject is a PubAck in JSON.
 */
import { createInbox, type Msg, type NatsConnection } from '@nats-io/transport-node';

interface Waiting {
  readonly deadline: number;
  readonly resolve: () => void;
  readonly reject: (cause: Error) => void;
}

/** Deadlines are looked at together. */
const LOOK_EVERY_MS = 100;

/** The stream has answered that it does not take the message. */
export class Refused extends Error {}

/** Nobody has the subject: JetStream is not enabled, or has no leader just now. */
const NO_RESPONDERS = 503;

export class NatsAcks {
  readonly #connection: NatsConnection;
  readonly #inbox = createInbox();
  readonly #waiting = new Map<string, Waiting>();
  #published = 0;
  #looking: NodeJS.Timeout | undefined;

  constructor(connection: NatsConnection) {
    this.#connection = connection;
    connection.subscribe(`${this.#inbox}.*`, {
      callback: (cause, message) => {
        if (cause === null) this.#take(message);
      },
    });
  }

  /**
   * Publishes at once. Resolves when the stream has the message.
   * @param headers of the message, `Nats-Msg-Id` among them.
   * @throws InvalidArgumentError of the library when the message is larger than the server takes; Refused when the stream
   * does not take it; Error when it says nothing within `timeoutMs`, or the connection breaks, and nobody knows.
   */
  publish(
    subject: string,
    body: string,
    headers: NonNullable<Parameters<NatsConnection['publish']>[2]>['headers'],
    timeoutMs: number,
  ): Promise<void> {
    return new Promise((resolve, reject) => {
      const reply = `${this.#inbox}.${(this.#published++).toString(36)}`;
      // Throws before it has written anything, which rejects.
      this.#connection.publish(subject, body, { reply, headers });
      this.#waiting.set(reply, { deadline: performance.now() + timeoutMs, resolve, reject });
      this.#looking ??= setInterval(() => this.#look(), LOOK_EVERY_MS);
    });
  }

  /** The connection is gone, and the answers with it. */
  lose(): void {
    const lost = [...this.#waiting.values()];
    this.#waiting.clear();
    this.#stopLooking();
    for (const { reject } of lost) reject(new Error('disconnected'));
  }

  #take(message: Msg): void {
    const waiting = this.#waiting.get(message.subject);
    if (waiting === undefined) return;
    this.#settled(message.subject);
    const fault = faultIn(message);
    if (fault === undefined) waiting.resolve();
    else waiting.reject(fault);
  }

  #settled(reply: string): void {
    this.#waiting.delete(reply);
    if (this.#waiting.size === 0) this.#stopLooking();
  }

  #look(): void {
    const now = performance.now();
    for (const [reply, { deadline, reject }] of this.#waiting) {
      if (deadline > now) continue;
      this.#waiting.delete(reply);
      reject(new Error('no answer from JetStream'));
    }
    if (this.#waiting.size === 0) this.#stopLooking();
  }

  #stopLooking(): void {
    clearInterval(this.#looking);
    this.#looking = undefined;
  }
}

interface PubAck {
  readonly stream?: string;
  readonly error?: { readonly description?: string };
}

/** Undefined when the stream has taken it. */
function faultIn(message: Msg): Error | undefined {
  if (message.headers?.code === NO_RESPONDERS)
    return new Refused('JetStream is not enabled or has no leader');
  try {
    const { stream, error } = message.json<PubAck>();
    if (error !== undefined) return new Refused(error.description ?? 'refused');
    if (stream !== undefined) return undefined;
  } catch {
    // Said below.
  }
  return new Error('an answer that is no acknowledgement');
}
