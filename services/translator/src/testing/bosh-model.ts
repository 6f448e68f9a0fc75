/**
 * A connection manager in its least words, and a network that loses, repeats and delays: for properties of the core. It
 * holds requests, answers repeated ones as before, takes them in the order of their rids, and ends silent sessions.
 */
import type { XmlElement } from '@stoxgate/contracts';
import {
  bindFeatures,
  body,
  iq,
  type Phone,
  type Sent,
  sasl,
  saslFeatures,
  terminate,
} from './phone-world.ts';

interface ServedSession {
  readonly sid: string;
  rid: number;
  readonly answers: Map<number, XmlElement>;
  /** Came too early. */
  readonly early: Map<number, Sent>;
  held: Sent[];
  silentSince: number;
  isLoggedIn: boolean;
  shown: 'available' | 'onthephone' | undefined;
}

/** An answer on its way back; `element` undefined: the connection broke. */
interface Answer {
  readonly sent: Sent;
  readonly element: XmlElement | undefined;
}

const INACTIVITY_MS = 60_000;
const HOLD = 1;

const attributeOf = (start: string, name: string): string | undefined =>
  new RegExp(` ${name}="([^"]*)"`).exec(start)?.[1];

export class BoshModel {
  readonly underWay: Sent[] = [];
  readonly answers: Answer[] = [];
  readonly #phone: Phone;
  #sessions: ServedSession[] = [];
  #named = 0;

  constructor(phone: Phone) {
    this.#phone = phone;
  }

  send(requests: readonly Sent[]): void {
    this.underWay.push(...requests);
  }

  /** What others see of the phone. */
  get shown(): 'available' | 'onthephone' | undefined {
    this.#expire();
    return this.#sessions.map(({ shown }) => shown).find((shown) => shown !== undefined);
  }

  get isHolding(): boolean {
    return this.#sessions.some(({ held }) => held.length > 0);
  }

  /** A request arrives, or is lost on its way. */
  deliver(at: number, isLost: boolean): void {
    const [sent] = this.underWay.splice(at % Math.max(1, this.underWay.length), 1);
    if (sent === undefined) return;
    if (isLost) this.answers.push({ sent, element: undefined });
    else this.#arrive(sent);
  }

  /** A request is answered by an error without being looked at. */
  stumble(at: number): void {
    const [sent] = this.underWay.splice(at % Math.max(1, this.underWay.length), 1);
    if (sent !== undefined) this.answers.push({ sent, element: body({ type: 'error' }) });
  }

  /** An answer reaches the phone, or the loss of it does; it may come twice. */
  answer(at: number, isLost: boolean, isTwice: boolean): void {
    const [answer] = this.answers.splice(at % Math.max(1, this.answers.length), 1);
    if (answer === undefined) return;
    const { sent, element } = answer;
    for (let time = isTwice ? 2 : 1; time > 0; time--) {
      if (element === undefined || isLost) this.send(this.#phone.fail(sent, 'transport'));
      else this.send(this.#phone.answer(sent, element));
    }
  }

  /** Held requests have been held long enough. */
  release(): void {
    for (const session of this.#sessions) this.#releaseDownTo(session, 0);
  }

  /** All sessions are forgotten, and all connections broken. */
  restart(): void {
    for (const { held } of this.#sessions) {
      for (const sent of held) this.answers.push({ sent, element: undefined });
    }
    this.#sessions = [];
  }

  #expire(): void {
    const { now } = this.#phone;
    this.#sessions = this.#sessions.filter(
      ({ held, silentSince }) => held.length > 0 || now - silentSince < INACTIVITY_MS,
    );
  }

  #arrive(sent: Sent): void {
    this.#expire();
    const sid = attributeOf(sent.start, 'sid');
    if (sid === undefined) {
      this.#create(sent);
      return;
    }
    const session = this.#sessions.find((one) => one.sid === sid);
    const known = session?.answers.get(sent.rid);
    if (session === undefined || sent.rid > session.rid + HOLD + 2) {
      this.answers.push({ sent, element: terminate('item-not-found') });
    } else if (known !== undefined) {
      this.answers.push({ sent, element: known });
    } else if (sent.rid <= session.rid) {
      if (session.held.some(({ rid }) => rid === sent.rid)) {
        // The connection that it came by before is of no use any more.
        session.held = session.held.map((one) => (one.rid === sent.rid ? sent : one));
      } else this.answers.push({ sent, element: terminate('item-not-found') });
    } else {
      session.early.set(sent.rid, sent);
      this.#takeInOrder(session);
    }
  }

  #create(sent: Sent): void {
    this.#named++;
    const session: ServedSession = {
      sid: `s${this.#named}`,
      rid: sent.rid,
      answers: new Map(),
      early: new Map(),
      held: [sent],
      silentSince: this.#phone.now,
      isLoggedIn: false,
      shown: undefined,
    };
    this.#sessions.push(session);
    const terms = { sid: session.sid, wait: '60', requests: '2', hold: '1', inactivity: '60', polling: '2' };
    this.#reply(session, body(terms, saslFeatures('PLAIN')));
  }

  #takeInOrder(session: ServedSession): void {
    for (;;) {
      const next = session.early.get(session.rid + 1);
      if (next === undefined) return;
      session.early.delete(next.rid);
      session.rid = next.rid;
      session.held.push(next);
      this.#take(session, next);
    }
  }

  #take(session: ServedSession, { start, payload }: Sent): void {
    if (attributeOf(start, 'type') === 'terminate') {
      for (const sent of session.held) this.answers.push({ sent, element: terminate() });
      this.#sessions = this.#sessions.filter((one) => one !== session);
      return;
    }
    if (typeof payload !== 'string') this.#reply(session, body({}, sasl('success')));
    else if (start.includes('restart="true"')) this.#reply(session, body({}, bindFeatures()));
    else if (payload.includes('<bind')) this.#bind(session);
    else if (payload.includes('<presence')) {
      session.shown = payload.includes('<show>') ? 'onthephone' : 'available';
    }
    this.#releaseDownTo(session, HOLD);
  }

  /** Whoever has the resource is sent away. */
  #bind(session: ServedSession): void {
    const others = this.#sessions.filter((one) => one !== session && one.isLoggedIn);
    for (const { held } of others) {
      for (const sent of held) this.answers.push({ sent, element: terminate('remote-stream-error') });
    }
    this.#sessions = this.#sessions.filter((one) => !others.includes(one));
    session.isLoggedIn = true;
    this.#reply(session, body({}, iq('result', 'bind-0')));
  }

  #reply(session: ServedSession, element: XmlElement): void {
    const sent = session.held.shift();
    if (sent === undefined) return;
    session.answers.set(sent.rid, element);
    session.silentSince = this.#phone.now;
    this.answers.push({ sent, element });
  }

  #releaseDownTo(session: ServedSession, hold: number): void {
    while (session.held.length > hold) this.#reply(session, body({}));
  }
}
