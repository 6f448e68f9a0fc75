import { describe, expect, it } from 'vitest';
import type { InLeg, OutLeg } from './call/call-session.ts';
import { callOf, legsOf } from './leg-layout.ts';

const out: OutLeg = {
  state: 'active',
  domain: 'example.net',
  sid: 's1',
  user: 'romeo@example.org/r',
  contact: 'juliet@example.net',
  localTag: 't1',
  initiateIqId: 'i1',
  invite: {
    branch: 'b1',
    request: {
      method: 'INVITE',
      requestUri: 'sip:juliet@example.net',
      routes: [],
      from: { uri: 'sip:romeo@example.org', params: {} },
      to: { uri: 'sip:juliet@example.net', params: {} },
      callId: 's1',
      cseq: 1,
      maxForwards: 70,
      headers: {},
    },
    challenges: [],
  },
  hasProvisional: false,
  hasRung: false,
  early: [],
  strayTags: [],
};

const from: InLeg = {
  state: 'ended',
  domain: 'example.net',
  sid: 's1',
  user: 'romeo@example.org',
  contact: 'juliet@example.net/sip',
  localTag: 't2',
  invite: {
    method: 'INVITE',
    requestUri: 'sip:romeo@example.org',
    vias: [],
    from: { uri: 'sip:juliet@example.net', params: {} },
    to: { uri: 'sip:romeo@example.org', params: {} },
    callId: 's1',
    cseq: { number: 1, method: 'INVITE' },
    maxForwards: 70,
    contacts: [],
    recordRoutes: [],
    headers: {},
  },
  edge: 'e1',
  expires: false,
  rung: [],
  end: { result: 'success', label: 'sip-bye' },
};

describe('leg layout', () => {
  it('leg layout - a leg keeps what it says, whatever order its properties came in', () => {
    const call = callOf(1, {}, legsOf(out, from), legsOf(undefined, undefined));
    expect(JSON.parse(JSON.stringify(call))).toEqual({
      kind: 'call',
      sequence: 1,
      timers: {},
      out,
      in: from,
    });
    const { state, ...rest } = out;
    const other = callOf(1, {}, legsOf({ ...rest, state }, undefined), legsOf(undefined, undefined));
    expect(Object.keys(other.out ?? {})).toEqual(Object.keys(call.out ?? {}));
  });

  it('leg layout - a leg that is as it was is not copied', () => {
    const before = legsOf(out, from);
    const call = callOf(1, {}, legsOf(out, { ...from }), before);
    expect(call.out).toBe(out);
    expect(call.in).not.toBe(from);
  });
});
