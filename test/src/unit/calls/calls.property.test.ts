/**
 * Rules that hold for every call, checked on random interleavings of everything that both sides can do.
 */
import type { Event, XmlElement } from '@stoxgate/contracts';
import { NS } from '@stoxgate/wire-xmpp';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ACTIONS, type Action, act } from './actions.ts';
import { ENDINGS } from './ends.ts';
import { ALICE, SID, TO_SIP } from './names.ts';
import { RULES } from './rules.ts';
import { Simulation } from './simulation.ts';

const kinds = Object.keys(ACTIONS) as (keyof typeof ACTIONS)[];
const action: fc.Arbitrary<Action> = fc.record({ kind: fc.constantFrom(...kinds), n: fc.nat(41) });
/** Most calls have to get somewhere before anything can go wrong. */
const opening = fc.constantFrom<readonly Action[]>(
  [{ kind: 'initiate', n: 0 }],
  [
    { kind: 'initiate', n: 0 },
    { kind: 'provisional', n: 1 },
  ],
  [
    { kind: 'initiate', n: 0 },
    { kind: 'provisional', n: 1 },
    { kind: 'final', n: 4 },
  ],
  [{ kind: 'invite', n: 1 }],
  [
    { kind: 'initiate', n: 0 },
    { kind: 'reliableProvisional', n: 0 },
  ],
  [
    { kind: 'initiate', n: 0 },
    { kind: 'timedFinal', n: 1 },
  ],
  [
    { kind: 'demandingInvite', n: 1 },
    { kind: 'resources', n: 2 },
  ],
  [
    { kind: 'invite', n: 1 },
    { kind: 'resources', n: 2 },
  ],
  [
    { kind: 'invite', n: 1 },
    { kind: 'resources', n: 2 },
    { kind: 'calleeAccepts', n: 0 },
  ],
  [
    { kind: 'invite', n: 1 },
    { kind: 'resources', n: 1 },
    { kind: 'calleeAccepts', n: 0 },
    { kind: 'ack', n: 1 },
  ],
  [
    { kind: 'initiate', n: 0 },
    { kind: 'final', n: 4 },
    { kind: 'answerIq', n: 0 },
  ],
  [
    { kind: 'initiate', n: 0 },
    { kind: 'invite', n: 1 },
    { kind: 'resources', n: 2 },
  ],
  [
    { kind: 'initiate', n: 0 },
    { kind: 'provisional', n: 1 },
    { kind: 'callerEnds', n: 0 },
  ],
  // Nobody known, so proposed; one device of each kind; taken.
  [
    { kind: 'invite', n: 1 },
    { kind: 'resources', n: 0 },
  ],
  [
    { kind: 'invite', n: 1 },
    { kind: 'resources', n: 14 },
  ],
  [
    { kind: 'invite', n: 1 },
    { kind: 'resources', n: 14 },
    { kind: 'deviceProceeds', n: 0 },
  ],
  [
    { kind: 'invite', n: 1 },
    { kind: 'resources', n: 2 },
    { kind: 'calleeAccepts', n: 0 },
    { kind: 'gone', n: 1 },
  ],
);
const settings = fc.constantFrom(
  new Map<string, string>(),
  new Map([['hasCredentials', 'true']]),
  new Map([
    ['reasonProfile', 'rich'],
    ['initTieBreak', 'true'],
  ]),
  new Map([
    ['maxRedirects', '3'],
    ['declineScope', 'resource'],
    ['ringOn', 'ringing-info'],
    ['early183', 'early-media'],
  ]),
);
const call = fc.tuple(settings, opening, fc.array(action, { maxLength: 25 }));

/** What goes on in a call that is up, or about to be, from either side. */
const CHANGES: readonly (keyof typeof ACTIONS)[] = [
  ...([
    'callerChanges',
    'callerChanges',
    'calleeOffers',
    'calleeAcks',
    'offerAnswer',
    'offerAnswer',
  ] as const),
  ...(['calleeChanges', 'callerOffers', 'callerAcks', 'updateAnswer', 'tick', 'answerIq', 'cancel'] as const),
  ...(['failure', 'again', 'ack', 'final', 'reliableProvisional', 'prackResponse', 'prack'] as const),
];
const change: fc.Arbitrary<Action> = fc.record({ kind: fc.constantFrom(...CHANGES), n: fc.nat(181) });
const callThatIsUp = fc.tuple(
  fc.constantFrom(
    new Map<string, string>(),
    new Map([['offerDelta', 'mongoose']]),
    new Map([
      ['hasCredentials', 'true'],
      ['trickle', 'update'],
    ]),
  ),
  fc.constantFrom<readonly Action[]>(
    [
      { kind: 'initiate', n: 0 },
      { kind: 'final', n: 4 },
      { kind: 'answerIq', n: 0 },
    ],
    [
      { kind: 'invite', n: 1 },
      { kind: 'resources', n: 1 },
      { kind: 'calleeAccepts', n: 0 },
      { kind: 'ack', n: 1 },
    ],
    // The ACK is late, or lost; the call still rings, with an answer that came reliably.
    [
      { kind: 'invite', n: 1 },
      { kind: 'resources', n: 1 },
      { kind: 'calleeAccepts', n: 0 },
    ],
    [
      { kind: 'initiate', n: 0 },
      { kind: 'reliableProvisional', n: 4 },
      { kind: 'prackResponse', n: 0 },
      { kind: 'callerChanges', n: 0 },
    ],
  ),
  fc.array(change, { minLength: 5, maxLength: 40 }),
);

/** Plays the call, then lets both sides fall silent until no timer runs. */
function play([chosen, start, actions]: [Map<string, string>, readonly Action[], Action[]]): Simulation {
  const simulation = new Simulation(chosen);
  for (const one of [...start, ...actions]) act(simulation, one);
  for (let ticks = 0; simulation.tick(); ticks++) if (ticks > 100) throw new Error('timers without end');
  return simulation;
}

const statesOf = ({ session }: Simulation): string[] =>
  session?.kind === 'call'
    ? [session.out?.state, session.in?.state].filter((state) => state !== undefined)
    : [];

const words = fc.constantFrom(
  ...[
    '',
    'x',
    '__proto__',
    'constructor',
    'a@b',
    'bob@example.org/desk',
    ALICE,
    TO_SIP,
    'sip:',
    'sip:bob@example.org',
  ],
  ...[
    'session-accept',
    'session-initiate',
    'INVITE',
    'BYE',
    'set',
    'get',
    SID,
    '\0\r\n',
    'é\ud800',
    '9'.repeat(400),
  ],
);
const record = (values: fc.Arbitrary<string>) => fc.dictionary(words, values, { maxKeys: 3 });
const element: fc.Memo<XmlElement> = fc.memo((depth) =>
  fc.record({
    name: fc.constantFrom(
      'message',
      'propose',
      'proceed',
      'reject',
      'iq',
      'jingle',
      'content',
      'description',
      'transport',
      'reason',
      'candidate',
      'x',
    ),
    attrs: fc
      .tuple(
        record(words),
        fc.constantFrom(NS.JINGLE_MESSAGE, NS.JINGLE, NS.JINGLE_RTP, NS.JINGLE_ICE_UDP, 'urn:x'),
        words,
        words,
        words,
      )
      .map(([more, xmlns, action, from, id]) => ({
        ...more,
        xmlns,
        action,
        from,
        to: TO_SIP,
        id,
        type: 'set',
        sid: SID,
      })),
    children: depth <= 1 ? fc.constant([]) : fc.array(fc.oneof(words, element(depth - 1)), { maxLength: 3 }),
  }),
);
const address = fc.record({ uri: words, params: record(words) });
const message = fc.record({
  method: words,
  requestUri: words,
  maxForwards: fc.integer(),
  status: fc.integer({ min: 0, max: 999 }),
  reason: words,
  vias: fc.array(words, { maxLength: 2 }),
  from: address,
  to: address,
  callId: words,
  cseq: fc.record({ number: fc.nat(3), method: words }),
  contacts: fc.array(address, { maxLength: 1 }),
  recordRoutes: fc.array(words, { maxLength: 2 }),
  headers: fc.dictionary(words, fc.array(words, { maxLength: 2 }), { maxKeys: 3 }),
  body: fc.record({ contentType: words, content: words, encoding: fc.constant('utf8' as const) }),
});
const anything: fc.Arbitrary<Event> = fc.oneof(
  element(4).map((stanza): Event => ({ type: 'xmpp.iq.received', domain: 'example.net', stanza })),
  element(3).map((stanza): Event => ({ type: 'xmpp.message.received', domain: 'example.net', stanza })),
  element(3).map((stanza): Event => ({ type: 'xmpp.iq.answered', domain: 'example.net', stanza })),
  element(2).map((stanza): Event => ({ type: 'xmpp.presence.received', domain: 'example.net', stanza })),
  message.map((request): Event => {
    const source = { protocol: 'udp' as const, address: '', port: 0 };
    return { type: 'sip.request.received', request, source };
  }),
  fc
    .tuple(words, message)
    .map(([branch, response]): Event => ({ type: 'sip.response.received', branch, response })),
  words.map((name): Event => ({ type: 'timer.fired', name, dueAt: 0 })),
);

describe('calls', () => {
  test('calls - whatever comes in ends in commands or in nothing, never in a throw', () => {
    fc.assert(
      fc.property(opening, fc.array(anything, { maxLength: 5 }), (start, events) => {
        const simulation = new Simulation(new Map());
        for (const one of start) act(simulation, one);
        for (const event of events) expect(() => simulation.feed(event)).not.toThrow();
      }),
      { numRuns: 300 },
    );
  });

  test('calls - the rules hold in every interleaving, and every leg ends or is up', () => {
    fc.assert(
      fc.property(call, (chosen) => {
        const simulation = play(chosen);
        const { turns } = simulation;
        for (const [name, rule] of Object.entries(RULES)) expect(rule(turns), name).toBeUndefined();
        for (const [name, holds] of Object.entries(ENDINGS))
          expect(holds(turns, simulation.session), name).toBeUndefined();
        expect(statesOf(simulation).filter((state) => state !== 'active')).toEqual([]);
        return true;
      }),
      { numRuns: 400 },
    );
  });

  test('calls - the rules hold for offers of both sides in a call that is up', () => {
    fc.assert(
      fc.property(callThatIsUp, (chosen) => {
        const simulation = play(chosen);
        const { turns } = simulation;
        for (const [name, rule] of Object.entries(RULES)) expect(rule(turns), name).toBeUndefined();
        for (const [name, holds] of Object.entries(ENDINGS))
          expect(holds(turns, simulation.session), name).toBeUndefined();
        expect(statesOf(simulation).filter((state) => state !== 'active')).toEqual([]);
        return true;
      }),
      { numRuns: 150 },
    );
  });
});
