/**
 * Any interleaving of messages, states, answers, failures and time: each message is delivered once, whole, or its sender is told
 * once; those that are delivered keep their order.
 */
import type { Command, CommandOf } from '@stoxgate/contracts';
import { el, NS } from '@stoxgate/wire-xmpp';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { body, Pair, withBody } from '../testing/pair-world.ts';
import { CPIM, readCpim } from './cpim.ts';
import { IS_COMPOSING, isComposingDocument } from './is-composing.ts';

const said = fc.record({
  kind: fc.constant('say' as const),
  length: fc.oneof(fc.constant(1), fc.integer({ min: 1, max: 1500 })),
  wantsReceipt: fc.boolean(),
});
const answered = fc.record({
  kind: fc.constant('answer' as const),
  status: fc.constantFrom(100, 200, 202, 202, 202, 302, 404, 407, 415, 480, 503),
});
const failed = fc.record({ kind: fc.constant('fail' as const) });
const typed = fc.record({
  kind: fc.constant('type' as const),
  state: fc.constantFrom('composing', 'composing', 'paused'),
  isAnswered: fc.boolean(),
});
const waited = fc.record({
  kind: fc.constant('wait' as const),
  ms: fc.constantFrom(1, 1000, 30_000, 40_000, 70_000),
});
type Action =
  | { kind: 'say'; length: number; wantsReceipt: boolean }
  | { kind: 'answer'; status: number }
  | { kind: 'fail' }
  | { kind: 'type'; state: string; isAnswered: boolean }
  | { kind: 'wait'; ms: number };
const action: fc.Arbitrary<Action> = fc.oneof(
  { arbitrary: said, weight: 3 },
  { arbitrary: answered, weight: 4 },
  { arbitrary: typed, weight: 2 },
  failed,
  waited,
);

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

const textIn = ({ request }: CommandOf<'sip.request.send'>): string => {
  const { contentType = '', content = '' } = request.body ?? {};
  return contentType === CPIM ? (readCpim(content)?.body.content ?? '') : content;
};

class Play {
  readonly #pair = new Pair();
  readonly #said: { text: string; told: number; heard: string }[] = [];
  readonly #firstSent: number[] = [];
  #timerAt: number | undefined;
  #underWay: CommandOf<'sip.request.send'> | undefined;
  #isStateAnswered = true;

  #take(commands: readonly Command[]): void {
    for (const command of commands) {
      if (command.type === 'timer.set') this.#timerAt = command.dueAt;
      if (command.type === 'sip.request.send' && command.request.body?.contentType === IS_COMPOSING) {
        if (this.#isStateAnswered) this.#take(this.#pair.answer(command, 202));
      } else if (command.type === 'sip.request.send') {
        this.#underWay = command;
        const number = this.#numberOf(command);
        if (!this.#firstSent.includes(number)) this.#firstSent.push(number);
      }
      if (command.type !== 'xmpp.stanza.send' || command.stanza.attrs.type !== 'error') continue;
      const one = this.#said[Number(command.stanza.attrs.id)];
      if (one !== undefined) one.told++;
    }
    if (this.#pair.session === undefined) this.#timerAt = undefined;
  }

  #numberOf(command: CommandOf<'sip.request.send'>): number {
    const text = textIn(command);
    return this.#said.findIndex((one) => one.heard !== one.text && one.text.startsWith(one.heard + text));
  }

  #answer(status: number): void {
    const sent = this.#underWay;
    if (sent === undefined) return;
    if (status >= 200) this.#underWay = undefined;
    const one = status >= 200 && status < 300 ? this.#said[this.#numberOf(sent)] : undefined;
    if (one !== undefined) one.heard += textIn(sent);
    const contacts = [{ uri: 'sip:other@example.net', params: {} }];
    const headers = { 'proxy-authenticate': ['Digest realm="a", nonce="1"'] };
    this.#take(this.#pair.answer(sent, status, { contacts, headers }));
  }

  #wait(ms: number): void {
    const until = this.#pair.now + ms;
    while (this.#timerAt !== undefined && this.#timerAt <= until) {
      const dueAt = this.#timerAt;
      this.#timerAt = undefined;
      this.#pair.now = Math.max(this.#pair.now, dueAt);
      const commands = this.#pair.handle({ type: 'timer.fired', name: 'pair', dueAt });
      const queue = this.#pair.session?.queue ?? [];
      if (queue.every(({ branch }) => branch !== this.#underWay?.branch)) this.#underWay = undefined;
      this.#take(commands);
    }
    this.#pair.now = until;
  }

  do(act: Action): void {
    if (act.kind === 'wait') this.#wait(act.ms);
    else if (act.kind === 'answer') this.#answer(act.status);
    else if (act.kind === 'type') {
      this.#isStateAnswered = act.isAnswered;
      this.#take(this.#pair.hear(withBody(isComposingDocument(true), IS_COMPOSING)));
      this.#take(this.#pair.say([el(act.state, { xmlns: NS.CHAT_STATES })], { type: 'chat' }));
    } else if (act.kind === 'say') {
      const id = String(this.#said.length);
      // A letter of its own, so that each piece tells which message it is of.
      const letter = LETTERS.charAt(this.#said.length);
      const text = `${letter.repeat(3)} ${letter.repeat(2)}`.repeat(act.length).slice(0, act.length);
      this.#said.push({ text, told: 0, heard: '' });
      const asked = act.wantsReceipt ? [el('request', { xmlns: NS.RECEIPTS })] : [];
      this.#take(this.#pair.say([body(text), ...asked], { id }));
    } else if (this.#underWay !== undefined) {
      const { branch } = this.#underWay;
      this.#underWay = undefined;
      const event = { type: 'sip.request.failed', branch, callId: '', method: 'MESSAGE' } as const;
      this.#take(this.#pair.handle({ ...event, cause: 'timeout' }));
    }
  }

  finish(): void {
    this.#wait(172_800_000);
    expect(this.#pair.session).toBeUndefined();
    for (const { text, told, heard } of this.#said) {
      expect({ told, isWhole: heard === text }).toEqual(
        told === 0 ? { told: 0, isWhole: true } : { told: 1, isWhole: false },
      );
    }
    expect(this.#firstSent).toEqual([...this.#firstSent].sort((one, other) => one - other));
  }
}

describe('message order', () => {
  it('message order - each message is delivered once and whole, or its sender is told; order is kept', () => {
    fc.assert(
      fc.property(fc.array(action, { maxLength: 40 }), (actions) => {
        const play = new Play();
        for (const act of actions) play.do(act);
        play.finish();
      }),
      { numRuns: 300 },
    );
  });
});
