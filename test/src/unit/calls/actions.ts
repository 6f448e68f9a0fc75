/**
 * All that may happen to a simulated call, by name.
 */
import type { SipHeaders } from '@stoxgate/contracts';
import { ASIDES } from './asides.ts';
import { body } from './descriptions.ts';
import { ALICE, BOBS, FROM_SIP, KATE, pick, TO_SIP } from './names.ts';
import type { Simulation } from './simulation.ts';

export interface Action {
  readonly kind: keyof typeof ACTIONS;
  readonly n: number;
}

const STATUSES = [100, 180, 183, 200, 200, 302, 407, 486, 487, 503, 199];
const reliable = (n: number): SipHeaders => ({
  require: ['100rel'],
  rseq: [String(1 + (n % 4))],
  ...(n % 2 === 0 ? { allow: ['INVITE, ACK, BYE, UPDATE, PRACK'] } : {}),
});
const timed = (n: number): SipHeaders => ({
  supported: ['timer'],
  allow: [n % 2 === 0 ? 'INVITE, ACK, BYE, UPDATE' : 'INVITE, ACK, BYE'],
  'session-expires': [`${n % 7 === 6 ? 60 : 90 + n};refresher=${n % 3 === 0 ? 'uas' : 'uac'}`],
  'min-se': [String(90 + n)],
});

export const ACTIONS = {
  initiate: (s: Simulation) => s.jingle(ALICE, TO_SIP, 'session-initiate', 0),
  invite: (s: Simulation, n: number) => s.request('INVITE', n, n % 5 === 0 ? {} : { body }),
  resources: (s: Simulation, n: number) => s.resources(n),
  callerEnds: (s: Simulation, n: number) => s.jingle(ALICE, TO_SIP, 'session-terminate', n),
  callerAsks: (s: Simulation, n: number) =>
    s.jingle(ALICE, TO_SIP, pick(['session-info', 'session-accept', 'content-add'], n), n),
  calleeAccepts: (s: Simulation, n: number) => s.jingle(pick(BOBS, n), FROM_SIP, 'session-accept', n),
  calleeEnds: (s: Simulation, n: number) => s.jingle(pick(BOBS, n), FROM_SIP, 'session-terminate', n),
  strangerEnds: (s: Simulation, n: number) =>
    s.jingle(KATE, pick([TO_SIP, FROM_SIP], n), 'session-terminate', n),
  answerIq: (s: Simulation, n: number) => s.answerIq(n),
  provisional: (s: Simulation, n: number) => s.respond('INVITE', pick([100, 180, 183, 199], n), n),
  final: (s: Simulation, n: number) => s.respond('INVITE', pick(STATUSES, n), n),
  byeResponse: (s: Simulation, n: number) => s.respond('BYE', pick([200, 407, 481], n), n),
  cancelResponse: (s: Simulation, n: number) => s.respond('CANCEL', pick([200, 481], n), n),
  failure: (s: Simulation, n: number) => s.fail(n),
  ack: (s: Simulation, n: number) => s.fromCaller('ACK', n, 1),
  ackMissing: (s: Simulation) => s.ackMissing(),
  cancel: (s: Simulation, n: number) => s.request('CANCEL', n),
  callerBye: (s: Simulation, n: number) => s.fromCaller('BYE', n, 2),
  callerRequest: (s: Simulation, n: number) =>
    s.fromCaller(pick(['INVITE', 'UPDATE', 'INFO', 'OPTIONS', 'PRACK'], n), n, 1 + (n % 3)),
  calleeBye: (s: Simulation, n: number) => s.fromCallee('BYE', n),
  calleeRequest: (s: Simulation, n: number) =>
    s.fromCallee(pick(['INVITE', 'UPDATE', 'INFO', 'NOTIFY'], n), n),
  callerChanges: (s: Simulation, n: number) => s.change(ALICE, TO_SIP, n),
  calleeChanges: (s: Simulation, n: number) => s.change(BOBS[0], FROM_SIP, n),
  callerOffers: (s: Simulation, n: number) => s.reoffer('caller', n),
  calleeOffers: (s: Simulation, n: number) => s.reoffer('callee', n),
  callerAcks: (s: Simulation, n: number) => s.reack('caller', n),
  calleeAcks: (s: Simulation, n: number) => s.reack('callee', n),
  offerAnswer: (s: Simulation, n: number) => s.respond('INVITE', pick([200, 200, 491, 488, 500, 481], n), n),
  updateAnswer: (s: Simulation, n: number) => s.respond('UPDATE', pick([200, 491, 488], n), n),
  reliableProvisional: (s: Simulation, n: number) =>
    s.respond('INVITE', pick([183, 183, 199], n), n, reliable(n)),
  prackResponse: (s: Simulation, n: number) => s.respond('PRACK', pick([200, 407, 481], n), n),
  earlyUpdate: (s: Simulation, n: number) => s.fromCallee('UPDATE', n),
  timedFinal: (s: Simulation, n: number) => s.respond('INVITE', 200, n, timed(n)),
  refreshAnswer: (s: Simulation, n: number) =>
    s.respond(pick(['UPDATE', 'INVITE'], n), pick([200, 422, 491, 503, 481], n), n, timed(n)),
  demandingInvite: (s: Simulation, n: number) =>
    s.request('INVITE', n, {
      headers: { ...timed(n), require: ['100rel'] },
      ...(n % 3 === 0 ? {} : { body }),
    }),
  prack: (s: Simulation, n: number) => s.prack(n),
  gone: (s: Simulation, n: number) => s.gone(n),
  ...ASIDES,
  tick: (s: Simulation) => void s.tick(),
  again: (s: Simulation, n: number) => s.again(n),
} as const;

export const act = (simulation: Simulation, { kind, n }: Action): void => ACTIONS[kind](simulation, n);
