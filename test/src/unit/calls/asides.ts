/**
 * What either side may do to a call besides its media and its end: candidates, digits, pings, transfers, a device that
 * asks for the call.
 */
import { el, NS } from '@stoxgate/wire-xmpp';
import { ALICE, BOBS, FROM_SIP, KATE, pick, SID, TO_SIP } from './names.ts';
import type { Simulation } from './simulation.ts';

const candidates = (port: number, ...more: ReturnType<typeof el>[]) =>
  el(
    'content',
    { creator: 'initiator', name: 'voice' },
    ...more,
    el(
      'transport',
      { xmlns: NS.JINGLE_ICE_UDP, ufrag: 'abcd', pwd: 'abcdefghijklmnopqrstuv' },
      ...(port === 0
        ? []
        : [
            el('candidate', {
              component: 1,
              foundation: 1,
              generation: 0,
              id: `c${port}`,
              ip: '192.0.2.6',
              port,
              priority: 1,
              protocol: 'udp',
              type: 'host',
            }),
          ]),
    ),
  );
const description = el(
  'description',
  { xmlns: NS.JINGLE_RTP, media: 'audio' },
  el('payload-type', { id: 0 }),
);
const transfer = (attrs: Record<string, string>) => el('transfer', { xmlns: NS.JINGLE_TRANSFER, ...attrs });

const INFOS = [
  [],
  [el('dtmf', { xmlns: NS.JINGLE_DTMF, code: '5' })],
  [el('dtmf', { xmlns: NS.JINGLE_DTMF, code: 'x' })],
  [transfer({ to: TO_SIP })],
  [transfer({ to: TO_SIP, sid: 'other' })],
  [transfer({})],
] as const;
const VERBS = ['ringing', 'proceed', 'reject', 'finish', 'accept', 'retract'];
const WHY = [
  [],
  [el('reason', { xmlns: NS.JINGLE }, el('busy'))],
  [el('reason', { xmlns: NS.JINGLE }, el('success'))],
  [el('reason', { xmlns: NS.JINGLE }, el('expired')), el('tie-break')],
] as const;
const BODIES = [
  ['INFO', {}, 'application/dtmf-relay', 'Signal=5\r\nDuration=100\r\n'],
  ['INFO', {}, 'application/sdp', 'm=audio 9 RTP/AVP 0\r\na=candidate:1 1 UDP 1 192.0.2.5 7 typ host\r\n'],
  ['INFO', {}, 'application/trickle-ice-sdpfrag', 'a=end-of-candidates\r\n'],
  ['REFER', { 'refer-to': ['<sip:kate@example.org>'] }, '', ''],
  ['REFER', { 'refer-to': ['<sip:kate@example.org?Replaces=other%3Bto-tag%3Da%3Bfrom-tag%3Db>'] }, '', ''],
  ['REFER', { 'refer-to': ['<sip:kate@example.org>'], 'refer-sub': ['false'] }, '', ''],
  ['NOTIFY', { event: ['refer'] }, 'message/sipfrag', 'SIP/2.0 100 Trying\r\n'],
  ['NOTIFY', { event: ['refer'] }, 'message/sipfrag', 'SIP/2.0 486 Busy Here\r\n'],
  ['NOTIFY', { event: ['refer'] }, 'message/sipfrag', 'SIP/2.0 200 OK\r\n'],
] as const;

function aside(s: Simulation, side: 'caller' | 'callee', n: number): void {
  const [method, headers, contentType, content] = pick(BODIES, n);
  const body = content === '' ? {} : { body: { contentType, content, encoding: 'utf8' as const } };
  s.inDialog(side, method, n, { headers: headers as Record<string, string[]>, ...body });
}

const live = (n: number) => ({
  sid: 'other',
  callId: 'other',
  localTag: 'a',
  remoteTag: 'b',
  user: pick([ALICE, 'kate@example.org/desk'], n),
  contact: TO_SIP,
});

export const ASIDES = {
  initiateBare: (s: Simulation, n: number) =>
    s.sendJingle(ALICE, TO_SIP, 'session-initiate', [
      candidates(n % 3 === 0 ? 7000 : 0, description),
      ...(n % 4 === 0 ? [transfer({ from: ALICE, sid: 'other' })] : []),
    ]),
  trickles: (s: Simulation, n: number) => {
    const [from, to] = n % 2 === 0 ? [ALICE, TO_SIP] : [pick(BOBS, n), FROM_SIP];
    s.sendJingle(from, to, 'transport-info', [candidates(7100 + n)]);
  },
  callerInforms: (s: Simulation, n: number) => s.sendJingle(ALICE, TO_SIP, 'session-info', pick(INFOS, n)),
  calleeInforms: (s: Simulation, n: number) =>
    s.sendJingle(BOBS[0], FROM_SIP, 'session-info', pick(INFOS, n)),
  callerAside: (s: Simulation, n: number) => aside(s, 'caller', n),
  calleeAside: (s: Simulation, n: number) => aside(s, 'callee', n),
  asideResponse: (s: Simulation, n: number) =>
    s.respond(pick(['INFO', 'REFER', 'NOTIFY', 'OPTIONS'], n), pick([200, 202, 415, 407, 481, 603], n), n),
  replaced: (s: Simulation, n: number) =>
    s.feed({ type: 'call.replaced', localTag: s.gatewayTag, remoteTag: pick(['caller', 'a'], n) }),
  legsAnswered: (s: Simulation, n: number) =>
    s.feed({
      type: 'call.legs.answered',
      about: 'call:other',
      legs: n % 2 === 0 ? [live(n)] : [],
    }),
  deviceAsks: (s: Simulation, n: number) =>
    s.sendJingle(
      pick([...BOBS, KATE, ALICE], n),
      pick([FROM_SIP, TO_SIP, 'example.net'], n),
      'existing-session-initiate',
      [],
      'get',
    ),
  deviceSays: (s: Simulation, n: number) =>
    s.say(pick([...BOBS, BOBS[0], KATE, 'bob@example.org'], n), pick(VERBS, n), ...pick(WHY, n)),
  deviceProceeds: (s: Simulation, n: number) => s.say(pick(BOBS, n), 'proceed'),
  proposalBounces: (s: Simulation, n: number) => s.bounce(pick(['bob@example.org', KATE], n)),
  crosses: (s: Simulation, n: number) =>
    s.feed(
      n % 3 === 0
        ? { type: 'call.crossing.found', user: 'bob@example.org', other: 'call:other' }
        : { type: 'call.crossed', user: pick(['bob@example.org', 'alice@example.org'], n) },
    ),
  legsAsked: (s: Simulation) => s.feed({ type: 'call.legs.requested', replyTo: `call:of ${SID}` }),
} as const;
