/**
 * Rules that hold for every relayed call, checked on random interleavings of both sides and the relay.
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { NOT_MET, RELAY_RULES } from './relay-rules.ts';
import { RELAYED_ACTIONS, RelayedSimulation } from './relayed-simulation.ts';

type Kind = keyof typeof RELAYED_ACTIONS;
interface Action {
  readonly kind: Kind;
  readonly n: number;
}

const of = (...kinds: readonly (readonly [Kind, number])[]): readonly Action[] =>
  kinds.map(([kind, n]) => ({ kind, n }));

const OPENINGS = [
  of(['initiate', 0]),
  of(['initiate', 0], ['relayAnswers', 0], ['provisional', 1]),
  of(['initiate', 0], ['relayAnswers', 0], ['final', 4], ['relayAnswers', 0], ['answerIq', 0]),
  of(['propose', 0]),
  of(['propose', 0], ['relayAnswers', 0], ['provisional', 1]),
  of(['propose', 0], ['relayAnswers', 0], ['final', 4], ['relayAnswers', 0]),
  of(
    ['propose', 0],
    ['relayAnswers', 0],
    ['final', 4],
    ['relayAnswers', 0],
    ['initiateProposed', 0],
    ['relayAnswers', 0],
  ),
  of(['invite', 1], ['relayAnswers', 0], ['resources', 2]),
  of(['invite', 0], ['relayAnswers', 0], ['resources', 1], ['calleeAccepts', 0], ['relayAnswers', 0]),
  of(
    ['invite', 1],
    ['relayAnswers', 0],
    ['resources', 1],
    ['calleeAccepts', 0],
    ['relayAnswers', 0],
    ['ack', 1],
  ),
  of(['initiate', 0], ['relayAnswers', 0], ['reliableProvisional', 4], ['prackResponse', 1]),
];
const OFTEN: readonly Kind[] = ['relayAnswers', 'relayAnswers', 'relayAnswers', 'relayAnswers', 'relayFails'];
const kinds = Object.keys(RELAYED_ACTIONS) as Kind[];
const more: readonly Kind[] = [...kinds, ...Array.from({ length: 6 }, () => OFTEN).flat()];
const action: fc.Arbitrary<Action> = fc.record({ kind: fc.constantFrom(...more), n: fc.nat(181) });
const settings = fc.constantFrom<readonly (readonly [string, string])[]>(
  [['mediaRelay', 'rtpengine']],
  [
    ['mediaRelay', 'rtpengine'],
    ['hasCredentials', 'true'],
    ['maxRedirects', '3'],
  ],
  [['mediaRelay', 'auto']],
  [
    ['mediaRelay', 'rtpengine'],
    ['jmiProceed', 'early'],
    ['trickle', 'update'],
  ],
);
/** Where calls may do without a relay, their ends meet. */
const isMust = (chosen: readonly (readonly [string, string])[]): boolean =>
  chosen.some(([, value]) => value === 'rtpengine');
const call = fc.tuple(settings, fc.constantFrom(...OPENINGS), fc.array(action, { maxLength: 35 }));

/** Plays the call, then all fall silent until no timer runs. */
function play(chosen: readonly (readonly [string, string])[], actions: readonly Action[]): RelayedSimulation {
  const simulation = new RelayedSimulation(new Map(chosen));
  for (const { kind, n } of actions) RELAYED_ACTIONS[kind](simulation, n);
  for (let ticks = 0; simulation.tick(); ticks++) if (ticks > 200) throw new Error('timers without end');
  return simulation;
}

describe('relayed calls', () => {
  test('relayed calls - the rules hold in every interleaving, and every leg ends or is up', () => {
    fc.assert(
      fc.property(call, ([chosen, opening, actions]) => {
        const { turns, session } = play(chosen, [...opening, ...actions]);
        const rules = Object.entries(RELAY_RULES).filter(([name]) => name !== NOT_MET || isMust(chosen));
        for (const [name, rule] of rules) expect(rule(turns, session), name).toBeUndefined();
        const states = session?.kind === 'call' ? [session.out?.state, session.in?.state] : [];
        expect(states.filter((state) => state !== undefined && state !== 'active')).toEqual([]);
        return true;
      }),
      { numRuns: 400 },
    );
  });
});
