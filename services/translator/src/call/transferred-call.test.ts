import { brandKey, type EventOf } from '@stoxgate/contracts';
import { expect, test } from 'vitest';
import { POLICY } from '../testing/pair-world.ts';
import type { OutLeg } from './call-session.ts';
import { onReplaced } from './transferred-call.ts';
import { Turn } from './turn.ts';

const dialog = {
  callId: 'x',
  localTag: 'ours',
  remoteTag: 'theirs',
  localCseq: 1,
  localUri: 'sip:juliet@example.org',
  remoteUri: 'sip:romeo@example.net',
  remoteTarget: 'sip:romeo@192.0.2.5',
  routeSet: [],
  secure: false,
};
const request = {
  method: 'INVITE',
  requestUri: dialog.remoteUri,
  routes: [],
  from: { uri: dialog.localUri, params: { tag: 'ours' } },
  to: { uri: dialog.remoteUri, params: {} },
  callId: 'x',
  cseq: 1,
  maxForwards: 70,
  headers: {},
};
const leg: OutLeg = {
  state: 'active',
  domain: 'sip.example.org',
  sid: 'x',
  contact: 'romeo@sip.example.org',
  user: 'juliet@example.org/balcony',
  localTag: 'ours',
  initiateIqId: 'i',
  invite: { branch: 'b', request, challenges: [] },
  hasProvisional: true,
  hasRung: true,
  early: [],
  strayTags: [],
  dialog,
};
const event: EventOf<'call.replaced'> = { type: 'call.replaced', localTag: 'ours', remoteTag: 'theirs' };

function commandsFor(given: OutLeg, replaced = event): readonly string[] {
  const input = { key: brandKey('call:x'), now: 0, eventId: 'e', edge: 'edge', event: replaced };
  const turn = new Turn(POLICY, undefined, input);
  onReplaced(turn, 'out', given, replaced);
  return turn.commands.map(({ type }) => type);
}

test('transferred call - the dialog that was replaced ends, no other of the call, and none twice', () => {
  expect(commandsFor(leg)).toEqual(['sip.request.send', 'xmpp.stanza.send', 'timer.set']);
  expect(commandsFor(leg, { ...event, localTag: 'other' })).toEqual([]);
  expect(commandsFor(leg, { ...event, remoteTag: 'other' })).toEqual([]);
  expect(commandsFor({ ...leg, state: 'ended' })).toEqual([]);
});
