import type { Command } from '@stoxgate/contracts';
import { describe, expect, test } from 'vitest';
import { POLICY } from '../testing/pair-world.ts';
import {
  answerIn,
  dialogs,
  etagIn,
  ON_THE_PHONE,
  Published,
  pidf,
  reportsIn,
  toldIn,
} from '../testing/published-world.ts';

const withPhones = (): Published =>
  new Published({ phones: { ...POLICY.phones, boshUrl: 'https://x.example/bosh' } });

describe('published - what a phone is', () => {
  test('published - a phone signs on with its first presence, lives by refreshes, signs off with its last', () => {
    const world = withPhones();
    const first = world.publish(pidf());
    expect(reportsIn(first)).toEqual(['sign-on publish']);
    const second = world.publish(pidf());
    expect(reportsIn(second)).toEqual(['refresh publish']);
    const refreshed = world.publish(undefined, { 'sip-if-match': [etagIn(first)] });
    expect(reportsIn(refreshed)).toEqual(['refresh publish']);
    const one = world.publish(undefined, { 'sip-if-match': [etagIn(second)], expires: ['0'] });
    expect(reportsIn(one)).toEqual([]);
    const none = world.publish(undefined, { 'sip-if-match': [etagIn(refreshed)], expires: ['0'] });
    expect(reportsIn(none)).toEqual(['sign-off publish']);
  });

  test('published - on the phone begins and ends a call', () => {
    const world = withPhones();
    const first = world.publish(ON_THE_PHONE);
    expect(reportsIn(first)).toEqual(['sign-on publish', 'call-start publish 1']);
    const over = world.publish(pidf(), { 'sip-if-match': [etagIn(first)] });
    expect(reportsIn(over)).toEqual(['call-end publish 0']);
    const again = world.publish(ON_THE_PHONE, { 'sip-if-match': [etagIn(over)] });
    expect(reportsIn(again)).toEqual(['call-start publish 1']);
    expect(reportsIn(world.publish(undefined, { 'sip-if-match': [etagIn(again)] }))).toEqual([
      'refresh publish',
    ]);
    expect(reportsIn(world.pass(3_600_000))).toEqual(['call-end publish 0', 'sign-off publish']);
  });

  test('published - dialogs are counted: on the phone while one is up', () => {
    const world = withPhones();
    const event = { event: ['dialog'] };
    world.publish(pidf());
    const one = world.publish(dialogs('confirmed'), event);
    expect(reportsIn(one)).toEqual(['call-start dialog 1']);
    const two = world.publish(dialogs('confirmed', 'early'), event);
    expect(reportsIn(two)).toEqual(['call-start dialog 2']);
    const ended = world.publish(dialogs('terminated'), { ...event, 'sip-if-match': [etagIn(one)] });
    expect(reportsIn(ended)).toEqual(['call-end dialog 1']);
    expect(reportsIn(world.publish(undefined, { ...event, 'sip-if-match': [etagIn(two)] }))).toEqual([
      'refresh publish',
    ]);
  });

  test('published - dialogs of a phone that never signed on are signs of life while they last', () => {
    const world = withPhones();
    const event = { event: ['dialog'] };
    const one = world.publish(dialogs('confirmed'), event);
    expect(reportsIn(one)).toEqual(['call-start dialog 1']);
    expect(reportsIn(world.publish(undefined, { ...event, 'sip-if-match': [etagIn(one)] }))).toEqual([
      'keep-alive dialog',
    ]);
  });

  test('published - without phones nothing is told of them', () => {
    const phones = { ...POLICY.phones, boshUrl: '' };
    expect(reportsIn(new Published({ phones }).publish(pidf()))).toEqual([]);
  });
});

describe('published - what a watched SIP server says of calls', () => {
  const told = (world: Published, calls: number, inMs = 3_600_000): readonly Command[] =>
    world.handle({
      type: 'phone.dialogs.told',
      calls,
      ...(calls > 0 && { until: world.now + inMs }),
    });

  test('published - calls that are told by NOTIFY count as those that are published, and are shown alike', () => {
    const world = withPhones();
    world.watch();
    world.publish(pidf());
    const one = told(world, 1);
    expect(reportsIn(one)).toEqual(['call-start dialog 1']);
    expect(toldIn(one)).toEqual([['t1 open dnd On the phone']]);
    expect(reportsIn(told(world, 2))).toEqual(['call-start dialog 2']);
    expect(reportsIn(told(world, 2))).toEqual(['refresh publish']);
    expect(reportsIn(told(world, 1))).toEqual(['call-end dialog 1']);
    expect(toldIn(told(world, 0))).toEqual([['t1 open  ']]);
  });

  test('published - calls are known as long as NOTIFY said', () => {
    const world = withPhones();
    expect(reportsIn(told(world, 1, 60_000))).toEqual(['call-start dialog 1']);
    expect(reportsIn(told(world, 1, 120_000))).toEqual(['keep-alive dialog']);
    expect(reportsIn(world.pass(60_000))).toEqual([]);
    expect(reportsIn(world.pass(60_000))).toEqual(['call-end dialog 0']);
    expect(world.session).toBeUndefined();
  });

  test('published - what was known no longer when it is told is not remembered; nor are no calls', () => {
    const world = withPhones();
    expect(reportsIn(told(world, 1, -1))).toEqual([]);
    expect(reportsIn(told(world, 0))).toEqual([]);
    expect(world.session).toBeUndefined();
  });

  test('published - nobody can modify it, and it takes nobody’s place', () => {
    const world = withPhones();
    told(world, 1);
    const event = { event: ['dialog'] };
    expect(answerIn(world.publish(undefined, { ...event, 'sip-if-match': [''] })).status).toBe(412);
    for (let i = 0; i < 15; i++) world.publish(dialogs('early'), event);
    expect(world.session?.publications).toHaveLength(16);
    expect(reportsIn(told(world, 2))).toEqual(['call-start dialog 2']);
  });
});
