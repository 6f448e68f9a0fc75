/**
 * Carries out a request of the translator: which relay is asked, for how long, and who is asked next.
 */
import { type CommandOf, deriveHex, type EventOf } from '@stoxgate/contracts';
import type { Codecs } from './ask/offer.ts';
import { ngRequestOf } from './ask/request.ts';
import { sdpForClient } from './ask/sdp-for-client.ts';
import { sdpForPhone } from './ask/sdp-for-phone.ts';
import type { Deletions } from './deletions.ts';
import type { NgOutcome } from './ng/ng-client.ts';
import type { NgRequest } from './ng/ng-message.ts';
import type { Relay } from './relay.ts';
import type { Relays } from './relays.ts';
import type { MediaTiming } from './timing.ts';

export type MediaCommand = CommandOf<'media.request.send'>;
type Cause = EventOf<'media.request.failed'>['cause'];

export interface Outcome {
  /** The relay that was asked last. */
  readonly relay: string | undefined;
  readonly result: 'ok' | Cause;
  /** What the relay says of a refusal. */
  readonly reason?: string | undefined;
  /** Of an offer or an answer that was answered: for the other end. */
  readonly sdp?: string;
  /** Of a delete that a relay has not heard: when nobody has to be told any more. */
  readonly forgotten?: Promise<unknown>;
}

export interface Equipment {
  readonly relays: Relays;
  readonly deletions: Deletions;
  readonly codecs: Codecs;
  readonly timing: MediaTiming;
}

/** Relays tried for a new call: more would have too little time each. */
const MOST_TRIED = 3;

/** Never rejects. The same command again, under the same `id`, has the same effect. */
export async function carryOut(equipment: Equipment, id: string, command: MediaCommand): Promise<Outcome> {
  const { call, request } = command;
  const message = ngRequestOf(call, request, equipment.codecs);
  const cookie = cookieOf(id, command);
  if (request.kind === 'delete') return forget(equipment, command, cookie, message);
  const isNew = command.relay === undefined && request.kind === 'offer';
  const relays = relaysOf(equipment.relays, command).slice(0, isNew ? MOST_TRIED : 1);
  const tried = isNew
    ? await askInTurn(equipment, relays, call, cookie, message)
    : await askOne(equipment, relays[0], request.kind, cookie, message);
  return outcomeOf(command, tried);
}

/**
 * Names the request at the relay, which answers a cookie that it knows without looking at what is asked: so what has no
 * answer of its own, of which one exchange may have many, goes by the command.
 */
const cookieOf = (id: string, { call, exchange, request }: MediaCommand): string => {
  const hasAnswer = request.kind === 'offer' || request.kind === 'answer';
  return deriveHex(`${call}\n${exchange}${hasAnswer ? '' : `\n${id}`}`, 16);
};

/** The relay that has the call; else those that may get it, in order. */
function relaysOf(relays: Relays, { call, relay }: MediaCommand): readonly Relay[] {
  if (relay === undefined) return relays.forCall(call);
  const named = relays.named(relay);
  return named === undefined ? [] : [named];
}

interface Tried {
  readonly relay: Relay | undefined;
  readonly outcome: NgOutcome;
}

/** Until one answers, within the budget. One that was silent may have the call all the same: it is to forget it. */
async function askInTurn(
  { deletions, timing }: Equipment,
  relays: readonly Relay[],
  call: string,
  cookie: string,
  message: NgRequest,
): Promise<Tried> {
  const until = performance.now() + timing.budgetMs;
  let tried: Tried = { relay: undefined, outcome: { kind: 'silent' } };
  for (const [at, relay] of relays.entries()) {
    const left = relays.length - at;
    const budgetMs = Math.max(1, (until - performance.now()) / left);
    deletions.cancel(relay, call);
    const outcome = await relay.ask(cookie, message, { budgetMs, isHasty: left > 1 });
    if (outcome.kind === 'silent') void deletions.add(relay, call);
    // That one of them is full says more than that another is silent.
    if (outcome.kind !== 'silent' || !isFull(tried.outcome)) tried = { relay, outcome };
    if (outcome.kind !== 'silent' && !isFull(outcome)) break;
  }
  return tried;
}

const isFull = (outcome: NgOutcome): boolean =>
  outcome.kind === 'reply' && outcome.reply.result === 'load limit';

async function askOne(
  { timing }: Equipment,
  relay: Relay | undefined,
  kind: MediaCommand['request']['kind'],
  cookie: string,
  message: NgRequest,
): Promise<Tried> {
  // Nobody waits for these: they must not hold up what does while the relay is away.
  const isMoot = (kind === 'candidates' || kind === 'digit') && relay?.isUp === false;
  if (relay === undefined || isMoot) return { relay, outcome: { kind: 'silent' } };
  return { relay, outcome: await relay.ask(cookie, message, { budgetMs: timing.budgetMs }) };
}

function outcomeOf({ request }: MediaCommand, { relay, outcome }: Tried): Outcome {
  const name = relay?.name;
  if (outcome.kind === 'silent') return { relay: name, result: 'unreachable' };
  if (outcome.kind === 'unreadable') return { relay: name, result: 'unreadable' };
  if (outcome.kind === 'too-large')
    return { relay: name, result: 'refused', reason: 'too large to be asked' };
  const { result, sdp, 'error-reason': reason } = outcome.reply;
  if (result === 'error') return { relay: name, result: 'refused', reason };
  if (result === 'load limit') return { relay: name, result: 'refused', reason: result };
  if (result === 'pong') return { relay: name, result: 'unreadable' };
  if (request.kind !== 'offer' && request.kind !== 'answer') return { relay: name, result: 'ok' };
  if (sdp === undefined) return { relay: name, result: 'unreadable' };
  const isForPhone = request.from === 'xmpp' && (request.to === 'rtp' || request.to === 'srtp');
  return { relay: name, result: 'ok', sdp: isForPhone ? sdpForPhone(sdp) : sdpForClient(sdp) };
}

/** The relay that has the call forgets it; where that is not known, all do. A silent one is asked again later. */
async function forget(
  { relays, deletions, timing }: Equipment,
  command: MediaCommand,
  cookie: string,
  message: NgRequest,
): Promise<Outcome> {
  const meant = command.relay === undefined ? relays.all : relaysOf(relays, command);
  const { budgetMs } = timing;
  const waiting: Promise<void>[] = [];
  const outcomes = await Promise.all(
    meant.map(async (relay): Promise<Tried> => {
      const outcome: NgOutcome = relay.isUp
        ? await relay.ask(cookie, message, { budgetMs, isHasty: true })
        : { kind: 'silent' };
      if (outcome.kind === 'silent') waiting.push(deletions.add(relay, command.call));
      return { relay, outcome };
    }),
  );
  const worst = outcomes.find(({ outcome }) => outcome.kind !== 'reply') ?? outcomes[0];
  const outcome = outcomeOf(command, worst ?? { relay: undefined, outcome: { kind: 'silent' } });
  return waiting.length === 0 ? outcome : { ...outcome, forgotten: Promise.all(waiting) };
}
