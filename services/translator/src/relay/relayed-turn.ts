/**
 * Messages of a relayed call on their way: each description goes by the relay before it goes on, and what follows it on
 * that leg waits its turn. RFC 3264 §4.
 */
import { type Command, deriveHex, type EventOf } from '@stoxgate/contracts';
import type { Side } from '../call/leg.ts';
import { stepCall } from '../call/step-call.ts';
import { answering, trickling } from '../media/relayed-description.ts';
import type { TranslatorPolicy } from '../policy.ts';
import type { Input } from '../step.ts';
import { withoutEarlySdp } from './early-answers.ts';
import { closesOffer, exchangeIn, withSdp } from './exchange.ts';
import { isLegCommand, isSipEvent, sideOfCommand, sideOfEvent } from './leg-of-message.ts';
import { onwardWith } from './onward.ts';
import { openingOf } from './opening.ts';
import { isGivenUp, isPassedBy, isTooLate, lacksDescription } from './passed-by.ts';
import { failureOf } from './relay-failure.ts';
import { queuedWith, refusedByQueue } from './relay-queue.ts';
import {
  type LegCommand,
  type Passing,
  type RelayedCall,
  type RelayedLeg,
  type RelayedLegs,
  relayedLeg,
  type SipEvent,
  withoutOffer,
} from './relay-state.ts';

/** A media edge answers within two seconds; this is for none being there. */
const ANSWER_TIMEOUT_MS = 3_000;
const SIDES: readonly Side[] = ['out', 'in'];
const TIMERS: Readonly<Record<Side, string>> = { out: 'out.relay', in: 'in.relay' };

type Answer = EventOf<'media.request.answered'>;

/** The handling of one event of a call whose media may be relayed. */
export class RelayedTurn {
  readonly #policy: TranslatorPolicy;
  readonly #input: Input;
  readonly #legs: { [side in Side]?: RelayedLeg };
  #session: RelayedCall | undefined;
  #exchanges = 0;
  readonly commands: Command[] = [];

  constructor(policy: TranslatorPolicy, session: RelayedCall | undefined, input: Input) {
    this.#policy = policy;
    this.#input = input;
    this.#session = session;
    this.#legs = { ...session?.relayed };
  }

  take(): void {
    const { event } = this.#input;
    if (event.type === 'media.request.answered' || event.type === 'media.request.failed') {
      const side = SIDES.find((each) => this.#legs[each]?.waiting === event.exchange);
      if (side === undefined) return;
      this.commands.push({ type: 'timer.clear', name: TIMERS[side] });
      if (event.type === 'media.request.answered') this.#answered(side, event);
      else this.#failed(side, event.cause === 'unreachable');
    } else if (event.type === 'timer.fired' && SIDES.some((side) => TIMERS[side] === event.name)) {
      const side = event.name === TIMERS.out ? 'out' : 'in';
      if (this.#legs[side]?.waiting !== undefined) this.#failed(side, true);
    } else if (isSipEvent(event)) {
      this.#fromSip(event);
    } else {
      this.#core(this.#input);
    }
  }

  /** The session with what is remembered of its relays. Relays forget the legs that are over. */
  finish(): RelayedCall | undefined {
    for (const side of SIDES) {
      const leg = this.#legs[side];
      const own = this.#session?.[side];
      const isOver = own === undefined || own.state === 'ended' || own.isRelayed !== true;
      if (leg === undefined || !isOver || leg.passing.length > 0) continue;
      this.#forget(leg);
      delete this.#legs[side];
    }
    const hasLegs = SIDES.some((side) => this.#legs[side] !== undefined);
    if (!hasLegs && this.#session?.relayed === undefined) return this.#session;
    const { relayed: _, ...session } = this.#session ?? { kind: 'call', sequence: 0, timers: {} };
    if (!hasLegs) return this.#session && session;
    const relayed: RelayedLegs = { ...this.#legs };
    return { ...session, relayed };
  }

  #fromSip(event: SipEvent): void {
    const side = sideOfEvent(this.#session, event);
    const opening =
      side === 'in' && this.#legs.in === undefined
        ? openingOf(this.#policy, this.#session?.in, event)
        : undefined;
    if (opening !== undefined) this.#legs.in = opening.leg;
    const leg = side && this.#legs[side];
    if (side === undefined || leg === undefined) {
      this.#core(this.#input);
      return;
    }
    const { eventId, edge } = this.#input;
    this.#pass(side, leg, { way: 'in', event: opening?.event ?? event, eventId, edge });
  }

  #pass(side: Side, leg: RelayedLeg, passing: Passing): void {
    const refused = refusedByQueue(leg, passing, `${this.#input.eventId} relay`);
    if (refused !== undefined) {
      this.commands.push(...refused.commands);
      return;
    }
    const isFirst = leg.passing.length === 0;
    this.#legs[side] = { ...leg, passing: queuedWith(leg, passing) };
    if (isFirst) this.#pump(side);
  }

  /** Lets messages go on until one has to wait for the relay. */
  #pump(side: Side): void {
    for (;;) {
      const leg = this.#legs[side];
      const first = leg?.passing[0];
      if (leg === undefined || first === undefined || leg.waiting !== undefined) return;
      const exchange = isPassedBy(this.#session, side, first) ? undefined : exchangeIn(leg, first);
      if (exchange === undefined && lacksDescription(leg, first)) {
        this.#fail(side, leg, first);
        return;
      }
      if (exchange === undefined) {
        this.#next(side, closesOffer(leg, first) ? withoutOffer(leg) : leg, first);
        continue;
      }
      const { kind, from } = exchange;
      const to = from === 'xmpp' ? leg.takes.sip : leg.takes.xmpp;
      const own = kind === 'answer' ? answering(exchange.sdp, leg.described.sip) : exchange.sdp;
      const sdp = from === 'xmpp' ? trickling(own) : exchange.sdp;
      const waiting = `${side}.${deriveHex(`${this.#input.eventId} relay ${++this.#exchanges}`, 8)}`;
      this.#legs[side] = { ...leg, waiting, isAsked: true };
      this.#ask(leg, waiting, { kind, from, sdp, to });
      this.commands.push({
        type: 'timer.set',
        name: TIMERS[side],
        dueAt: this.#input.now + ANSWER_TIMEOUT_MS,
      });
      return;
    }
  }

  #ask(
    leg: RelayedLeg,
    exchange: string,
    request: Extract<LegCommand, { exchange: string }>['request'],
  ): void {
    const { call, relay } = leg;
    this.commands.push({
      type: 'media.request.send',
      call,
      exchange: exchange === '' ? `${request.kind}.${this.#input.eventId}` : exchange,
      ...(relay === undefined ? {} : { relay }),
      request,
    });
  }

  #forget(leg: RelayedLeg): void {
    if (leg.isAsked === true) this.#ask(leg, '', { kind: 'delete' });
  }

  /** The first message leaves the queue and goes on. */
  #next(side: Side, leg: RelayedLeg, released?: Passing): void {
    const { waiting: _, ...rest } = leg;
    this.#legs[side] = { ...rest, passing: leg.passing.slice(1) };
    if (released !== undefined) this.#release(side, released);
  }

  #release(side: Side, passing: Passing): void {
    if (passing.way === 'in') {
      const { event, eventId, edge } = passing;
      const kept = withoutEarlySdp(this.#legs[side], event);
      if (kept.leg !== undefined) this.#legs[side] = kept.leg;
      this.#core({ ...this.#input, event: kept.event, eventId, edge });
    } else if (passing.way === 'out') {
      const { command } = passing;
      const relay = this.#legs[side]?.relay;
      const call = this.#legs[side]?.call;
      const isForRelay = command.type === 'media.request.send' && call !== undefined;
      this.commands.push(isForRelay ? { ...command, call, ...(relay && { relay }) } : command);
    }
  }

  #answered(side: Side, answer: Answer): void {
    const leg = this.#legs[side];
    const first = leg?.passing[0];
    const exchange = leg && first && exchangeIn(leg, first);
    if (leg === undefined || first === undefined || exchange === undefined) return;
    if (isGivenUp(this.#session, first)) {
      this.#fail(side, leg, first);
      return;
    }
    const { leg: next, released, event } = onwardWith(leg, first, exchange, answer);
    this.#legs[side] = next;
    if (released !== undefined) this.#release(side, released);
    if (event !== undefined) this.#core({ ...this.#input, event });
    this.#pump(side);
  }

  /** @param isSilent nobody answered, or nobody that has the call. */
  #failed(side: Side, isSilent: boolean): void {
    const leg = this.#legs[side];
    const first = leg?.passing[0];
    if (leg === undefined || first === undefined) return;
    const isMust =
      this.#policy.mediaRelay !== 'auto' || leg.relay !== undefined || leg.placeholderOf === 'xmpp';
    const isUp = this.#session?.[side]?.state === 'active';
    if (isMust || isGivenUp(this.#session, first)) this.#fail(side, leg, first, isSilent && isUp);
    else this.#goEndToEnd(side, leg);
  }

  /** The message does not go on. `isLost`: with the relay the media of the call are gone. */
  #fail(side: Side, leg: RelayedLeg, first: Passing, isLost = false): void {
    const failure = failureOf(first, `${this.#input.eventId} relay`);
    const isCallOver = failure.isCallOver || isLost;
    this.#next(side, withoutOffer(leg));
    if (isCallOver) this.#mark(side, { isRelayBroken: true });
    this.commands.push(...failure.commands);
    const origin = first.way === 'in' ? { eventId: first.eventId, edge: first.edge } : {};
    for (const event of failure.events) this.#core({ ...this.#input, ...origin, event });
    if (isCallOver) {
      this.#core({
        ...this.#input,
        event: { type: 'media.request.failed', exchange: side, cause: 'unreachable' },
      });
    }
    this.#pump(side);
  }

  /** No relay is there, and none is a must. */
  #goEndToEnd(side: Side, leg: RelayedLeg): void {
    delete this.#legs[side];
    this.#forget(leg);
    this.#mark(side, { isRelayed: undefined });
    const isStandIn = leg.placeholderOf !== undefined;
    for (const [index, passing] of leg.passing.entries()) {
      this.#release(side, isStandIn && index === 0 ? withSdp(passing, undefined) : passing);
    }
  }

  #mark(side: Side, flags: { isRelayed?: undefined; isRelayBroken?: true }): void {
    const leg = this.#session?.[side];
    if (this.#session !== undefined && leg !== undefined) {
      this.#session = { ...this.#session, [side]: { ...leg, ...flags } };
    }
  }

  #core(input: Input): void {
    const { session, commands } = stepCall(this.#policy, this.#session, input);
    this.#session = session;
    const { out } = session ?? {};
    if (out?.isRelayed === true && this.#legs.out === undefined && out.state !== 'ended') {
      const placeholderOf = out.isPlaceholder === true ? 'xmpp' : undefined;
      this.#legs.out = relayedLeg(`${out.invite.request.callId}/out`, placeholderOf);
    }
    if (session?.in !== undefined && this.#legs.in !== undefined && session.in.isRelayed !== true) {
      this.#session = { ...session, in: { ...session.in, isRelayed: true } };
    }
    for (const command of commands) this.#issue(command);
  }

  #issue(command: Command): void {
    const side = isLegCommand(command) ? sideOfCommand(this.#session, command) : undefined;
    const leg = side && this.#legs[side];
    if (!isLegCommand(command) || side === undefined || leg === undefined) {
      this.commands.push(command);
      return;
    }
    if (command.type === 'sip.request.send') {
      const { method, cseq } = command.request;
      if ((method === 'ACK' && cseq === leg.ackless) || isTooLate(leg, command)) return;
    }
    this.#pass(side, leg, { way: 'out', command });
  }
}
