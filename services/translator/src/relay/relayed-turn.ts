/**
 * Messages of a relayed call on their way: each description goes by the relay before it goes on, and what follows it on
 * that leg waits its turn. RFC 3264 §4.
 */
import { type Command, deriveHex, type EventOf } from '@stoxgate/contracts';
import type { Side } from '../call/leg.ts';
import { stepCall } from '../call/step-call.ts';
import { isRelayed } from '../media/relay-choice.ts';
import { forSip, forXmpp, takesOf, trickling } from '../media/relayed-description.ts';
import type { TranslatorPolicy } from '../policy.ts';
import type { Input } from '../step.ts';
import { acceptedAgain } from './accepted-again.ts';
import { isStray, withoutEarlySdp } from './early-answers.ts';
import { exchangeIn, firstOffer, refusesOffer, withSdp } from './exchange.ts';
import { isLegCommand, isSipEvent, sideOfCommand, sideOfEvent } from './leg-of-message.ts';
import { failureOf } from './relay-failure.ts';
import {
  type LegCommand,
  MAX_PASSING,
  type Passing,
  type RelayedCall,
  type RelayedLeg,
  type RelayedLegs,
  relayedLeg,
  type SipEvent,
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
      else this.#failed(side);
    } else if (event.type === 'timer.fired' && SIDES.some((side) => TIMERS[side] === event.name)) {
      const side = event.name === TIMERS.out ? 'out' : 'in';
      if (this.#legs[side]?.waiting !== undefined) this.#failed(side);
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
      const isOver = own === undefined || own.state === 'ended';
      if (leg === undefined || !isOver || leg.passing.length > 0) continue;
      this.#ask(leg, '', { kind: 'delete' });
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
    if (side === 'in' && this.#legs.in === undefined) this.#open(event);
    const leg = side && this.#legs[side];
    if (side === undefined || leg === undefined) {
      this.#core(this.#input);
      return;
    }
    const { eventId, edge } = this.#input;
    this.#pass(side, leg, { way: 'in', event, eventId, edge });
  }

  /** A call from SIP begins, and its media are to be relayed. */
  #open(event: SipEvent): void {
    const offer = firstOffer(this.#session?.in, event);
    if (offer === undefined || !isRelayed(this.#policy, 'sip', offer.sdp)) return;
    this.#legs.in = relayedLeg(`${offer.callId}/in`);
  }

  #pass(side: Side, leg: RelayedLeg, passing: Passing): void {
    // Messages that pile up behind a silent relay cost no more than these; the peer sends them again.
    if (leg.passing.length >= MAX_PASSING) return;
    const isFirst = leg.passing.length === 0;
    this.#legs[side] = { ...leg, passing: [...leg.passing, passing] };
    if (isFirst) this.#pump(side);
  }

  /** Lets messages go on until one has to wait for the relay. */
  #pump(side: Side): void {
    for (;;) {
      const leg = this.#legs[side];
      const first = leg?.passing[0];
      if (leg === undefined || first === undefined || leg.waiting !== undefined) return;
      const exchange =
        side === 'out' && isStray(this.#session?.out, first) ? undefined : exchangeIn(leg, first);
      if (exchange === undefined) {
        this.#next(side, refusesOffer(leg, first) ? { offer: undefined } : {}, [first]);
        continue;
      }
      const { kind, from } = exchange;
      const to = from === 'xmpp' ? leg.takes.sip : leg.takes.xmpp;
      const sdp = from === 'xmpp' ? trickling(exchange.sdp) : exchange.sdp;
      const waiting = `${side}.${deriveHex(`${this.#input.eventId} relay ${++this.#exchanges}`, 8)}`;
      this.#legs[side] = { ...leg, waiting };
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

  /** The first message leaves the queue; `released` go on in its place. */
  #next(side: Side, changes: Partial<RelayedLeg>, released: readonly Passing[]): void {
    const leg = this.#legs[side];
    if (leg === undefined) return;
    const { waiting: _, ...rest } = leg;
    const next = { ...rest, ...changes, passing: leg.passing.slice(1) };
    if ('offer' in changes && changes.offer === undefined) delete next.offer;
    this.#legs[side] = next;
    for (const passing of released) this.#release(side, passing);
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

  #answered(side: Side, { relay, sdp }: Answer): void {
    const leg = this.#legs[side];
    const first = leg?.passing[0];
    const exchange = leg && first && exchangeIn(leg, first);
    if (leg === undefined || first === undefined || exchange === undefined) return;
    const { from, kind } = exchange;
    const known: RelayedLeg = {
      ...leg,
      relay,
      described: { ...leg.described, [from]: exchange.sdp },
      takes: { ...leg.takes, [from]: takesOf(exchange.sdp) ?? leg.takes[from] },
    };
    const offer = kind === 'offer' ? from : undefined;
    if (first.way === 'again') {
      this.#answerAgain(side, known, first, forXmpp(sdp, leg.described.xmpp));
    } else if (from === 'sip') {
      const told = kind === 'answer' ? forXmpp(sdp, leg.described.xmpp) : sdp;
      this.#legs[side] = known;
      this.#next(side, { offer }, [withSdp(first, told)]);
    } else {
      const { sdp: told, sent } = forSip(sdp, exchange.sdp, leg.sent);
      const { isPlaceholder, ...placed } = known;
      const isFirst = leg.sent === undefined;
      if (
        isPlaceholder &&
        sent === leg.sent &&
        first.way === 'out' &&
        first.command.type === 'sip.request.send'
      ) {
        const { waiting: _, ...again } = placed;
        const passing: Passing[] = [{ way: 'again', command: first.command }, ...leg.passing.slice(1)];
        this.#legs[side] = { ...again, offer: 'xmpp', passing };
      } else {
        this.#legs[side] = isFirst ? known : placed;
        this.#next(side, { offer, sent }, [withSdp(first, told)]);
      }
    }
    this.#pump(side);
  }

  /** The SIP party need not be asked what it has answered: the core gets the same answer for its new offer. */
  #answerAgain(
    side: Side,
    leg: RelayedLeg,
    { command }: Extract<Passing, { way: 'again' }>,
    sdp: string,
  ): void {
    this.#legs[side] = { ...leg, ackless: command.request.cseq };
    this.#next(side, { offer: undefined }, []);
    this.#core({ ...this.#input, event: acceptedAgain(command, sdp) });
  }

  #failed(side: Side): void {
    const leg = this.#legs[side];
    const first = leg?.passing[0];
    if (leg === undefined || first === undefined) return;
    if (this.#policy.mediaRelay === 'auto' && leg.relay === undefined && leg.isPlaceholder !== true) {
      this.#goEndToEnd(side, leg);
      return;
    }
    const failure = failureOf(first, `${this.#input.eventId} relay`);
    this.#next(side, { offer: undefined }, []);
    if (failure.isCallOver) this.#mark(side, { isRelayBroken: true });
    this.commands.push(...failure.commands);
    const origin = first.way === 'in' ? { eventId: first.eventId, edge: first.edge } : {};
    for (const event of failure.events) this.#core({ ...this.#input, ...origin, event });
    if (failure.isCallOver) {
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
    this.#mark(side, { isRelayed: undefined });
    for (const passing of leg.passing) this.#release(side, passing);
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
      this.#legs.out = {
        ...relayedLeg(`${out.invite.request.callId}/out`),
        ...(out.isPlaceholder && { isPlaceholder: true }),
      };
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
    if (command.type === 'sip.request.send' && command.request.method === 'ACK') {
      if (command.request.cseq === leg.ackless) return;
    }
    this.#pass(side, leg, { way: 'out', command });
  }
}
