/**
 * The core with what surrounds it, for flows: stored sessions, timers, notices between sessions, a clock that only moves
 * when told to. Checks that what goes in and out is what the contracts say.
 */
import {
  brandKey,
  Command,
  Event,
  type EventOf,
  keyOfCommandId,
  type SessionKey,
  type XmlElement,
} from '@stoxgate/contracts';
import { createStep, type Session, type StepFunction, type TranslatorPolicy } from '@stoxgate/translator';
import { isIqAnswer, type Outcome } from './outcome.ts';

interface RunningTimer {
  readonly key: SessionKey;
  readonly name: string;
  readonly dueAt: number;
}

const seconds = (ms: number): string => (ms % 1000 === 0 ? `${ms / 1000}s` : `${ms}ms`);

/**
 * Notices that go with every call that is up, or is proposed, and with every request in a dialog that is no call's: they
 * happen, and a flow does not say so.
 */
const QUIET: ReadonlySet<string> = new Set([
  'dialog.opened',
  'dialog.request.received',
  'dialog.ended',
  'user.resource.watched',
  'user.resource.unwatched',
  'user.call.proposed',
  'presence.stanza.received',
]);

/** An hour that every flow starts at. */
const START = Date.UTC(2026, 0, 1);

export class Gateway {
  readonly #step: StepFunction;
  readonly #sessions = new Map<SessionKey, unknown>();
  readonly #branches = new Map<string, SessionKey>();
  readonly #exchanges = new Map<string, SessionKey>();
  readonly #chats = new Map<string, SessionKey>();
  readonly #answers = new Map<string, SessionKey>();
  readonly #timers: RunningTimer[] = [];
  readonly #unanswered = new Map<string, number>();
  #outcomes: Outcome[] = [];
  #now = START;
  #events = 0;

  /** @param step the core, or what stands between it and the flow. */
  constructor(policy: TranslatorPolicy, step: StepFunction = createStep(policy)) {
    this.#step = step;
  }

  /** Key of the session that sent the request on `branch`. */
  keyOfBranch(branch: string): SessionKey {
    const key = this.#branches.get(branch);
    if (key === undefined) throw new Error(`nobody sent a request on ${branch}`);
    return key;
  }

  /** Key of the session that asked this of a relay. */
  keyOfExchange(call: string, exchange: string): SessionKey {
    const key = this.#exchanges.get(`${call} ${exchange}`);
    if (key === undefined) throw new Error(`nobody asked ${exchange} of ${call}`);
    return key;
  }

  /** Key of the session that opened this chat. */
  keyOfChat(session: string): SessionKey {
    const key = this.#chats.get(session);
    if (key === undefined) throw new Error(`nobody opened the chat ${session}`);
    return key;
  }

  /** Key of the session that answered an INVITE with this tag. */
  keyOfResponse(callId: string, localTag: string): SessionKey {
    const key = this.#answers.get(`${callId} ${localTag}`);
    if (key === undefined) throw new Error(`nobody answered ${callId} with ${localTag}`);
    return key;
  }

  keyOfAnswer(stanza: XmlElement): SessionKey {
    const key = keyOfCommandId(stanza.attrs.id ?? '');
    if (key === undefined) throw new Error(`not an id of ours: ${stanza.attrs.id}`);
    return key;
  }

  /** What the gateway did since the last call. */
  take(): readonly Outcome[] {
    const outcomes = this.#outcomes;
    this.#outcomes = [];
    return outcomes;
  }

  get sessions(): ReadonlyMap<SessionKey, unknown> {
    return this.#sessions;
  }

  /** IQs of users that were not answered exactly once. */
  get unanswered(): readonly string[] {
    return [...this.#unanswered].filter(([, count]) => count !== 0).map(([iq]) => iq);
  }

  feed(key: SessionKey, edge: string, event: Event): void {
    Event.parse(event);
    if (event.type === 'xmpp.iq.received') this.#count(event.stanza.attrs.from, event.stanza.attrs.id, 1);
    this.#events++;
    const before = this.#sessions.get(key) as Session | undefined;
    const input = { key, now: this.#now, eventId: `event-${this.#events}`, edge, event };
    const { session, commands } = this.#step(before, input);
    if (session === undefined) this.#sessions.delete(key);
    else this.#sessions.set(key, JSON.parse(JSON.stringify(session)));
    const notices = commands.flatMap((command) => this.#carryOut(key, Command.parse(command)));
    if (before !== undefined && session === undefined) {
      this.#drop(key);
      if (before.kind !== 'dialog') this.#outcomes.push({ kind: 'inner', text: `over ${key}` });
    }
    for (const notice of notices) this.feed(brandKey(notice.key), 'translator', notice.event);
  }

  /** Lets time pass; timers fire when they are due. */
  wait(ms: number): void {
    const until = this.#now + ms;
    for (;;) {
      this.#timers.sort((one, other) => one.dueAt - other.dueAt);
      const next = this.#timers[0];
      if (next === undefined || next.dueAt > until) break;
      this.#timers.shift();
      this.#now = Math.max(this.#now, next.dueAt);
      const event: EventOf<'timer.fired'> = { type: 'timer.fired', name: next.name, dueAt: next.dueAt };
      this.feed(next.key, 'session-store', event);
    }
    this.#now = until;
  }

  #count(from: string | undefined, id: string | undefined, by: number): void {
    const iq = `${id} of ${from}`;
    this.#unanswered.set(iq, (this.#unanswered.get(iq) ?? 0) + by);
  }

  #drop(key: SessionKey, name?: string): void {
    const kept = this.#timers.filter(
      (timer) => timer.key !== key || (name !== undefined && timer.name !== name),
    );
    this.#timers.splice(0, this.#timers.length, ...kept);
  }

  #carryOut(key: SessionKey, command: Command): readonly { key: string; event: Event }[] {
    switch (command.type) {
      case 'timer.set':
        this.#drop(key, command.name);
        this.#timers.push({ key, name: command.name, dueAt: command.dueAt });
        this.#outcomes.push({
          kind: 'inner',
          text: `set ${command.name} ${seconds(command.dueAt - this.#now)}`,
        });
        return [];
      case 'timer.clear':
        this.#drop(key, command.name);
        this.#outcomes.push({ kind: 'inner', text: `clear ${command.name}` });
        return [];
      case 'session.notify':
        if (!QUIET.has(command.event.type)) {
          this.#outcomes.push({ kind: 'inner', text: `tell ${command.key} ${command.event.type}` });
        }
        return [command];
      case 'bosh.request.send':
        this.#outcomes.push({ kind: 'inner', text: `bosh ${command.rid}` });
        return [];
      case 'phone.connection.keep':
      case 'phone.connection.open':
      case 'phone.presence.send':
      case 'phone.connection.close':
        this.#outcomes.push({ kind: 'inner', text: `${command.type} ${command.connection}` });
        return [];
      case 'sip.request.send':
        this.#branches.set(command.branch, key);
        break;
      case 'xmpp.stanza.send':
        if (isIqAnswer(command.stanza)) this.#count(command.stanza.attrs.to, command.stanza.attrs.id, -1);
        break;
      case 'sip.response.send':
        this.#answers.set(`${command.response.callId} ${command.response.to.params.tag}`, key);
        break;
      case 'msrp.session.open':
        this.#chats.set(command.session, key);
        break;
      case 'media.request.send':
        this.#exchanges.set(`${command.call} ${command.exchange}`, key);
        break;
    }
    this.#outcomes.push({ kind: 'command', command });
    return [];
  }
}
