import type { Command, Event, XmlElement } from '@stoxgate/contracts';
import { el, NS } from '@stoxgate/wire-xmpp';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { body, message, Pair } from '../testing/pair-world.ts';
import { isComposingDocument } from './is-composing.ts';

/** Any UTF-16, lone surrogates included, with ASCII as likely as the rest. */
const anyText = (maxLength = 12) =>
  fc
    .array(fc.oneof(fc.integer({ max: 0x7f, min: 0 }), fc.integer({ max: 0xffff, min: 0 })), { maxLength })
    .map((units) => String.fromCharCode(...units));
const orAny = (...usual: readonly string[]) => fc.oneof(fc.constantFrom(...usual), anyText());

const child = fc.oneof(
  anyText().map((text) => body(text)),
  fc.tuple(anyText(), orAny('de', 'en-GB')).map(([text, lang]) => body(text, { 'xml:lang': lang })),
  anyText().map((text) => el('thread', {}, text)),
  anyText().map((text) => el('subject', {}, text)),
  anyText().map((stamp) => el('delay', { xmlns: 'urn:xmpp:delay', stamp })),
  anyText().map((id) => el('received', { xmlns: 'urn:xmpp:receipts', id })),
  fc.constantFrom('composing', 'paused', 'gone').map((state) => el(state, { xmlns: NS.CHAT_STATES })),
  fc.constantFrom(el('request', { xmlns: NS.RECEIPTS }), el('markable', { xmlns: NS.CHAT_MARKERS })),
  fc.constantFrom(el('encrypted', { xmlns: 'urn:xmpp:omemo:2' }), el('x', { xmlns: 'jabber:x:oob' })),
);
const spoken = fc.record({
  kind: fc.constant('say' as const),
  children: fc.array(child, { maxLength: 4 }),
  attrs: fc.record(
    {
      from: orAny('alice@example.org/desk', 'alice@example.org', 'romeo@sip.example.org'),
      to: orAny('romeo@sip.example.org', 'romeo@sip.example.org/x', 'sip.example.org'),
      type: orAny('chat', 'normal', 'groupchat', 'error'),
      'xml:lang': anyText(),
    },
    { requiredKeys: [] },
  ),
});
const headers = fc.dictionary(
  fc.constantFrom('date', 'expires', 'subject', 'content-encoding', 'content-language', 'require'),
  fc.array(anyText(), { minLength: 1, maxLength: 2 }),
  { maxKeys: 3 },
);
/** Bodies that are what their type says, or nearly. */
const inside = fc.constantFrom(
  isComposingDocument(true),
  isComposingDocument(false),
  '<p>Hi <b>you',
  'From: <sip:a@b>\r\nNS: imdn <urn:ietf:params:imdn>\r\nimdn.Message-ID: 1\r\n' +
    'imdn.Disposition-Notification: positive-delivery, display\r\n\r\nContent-Type: text/plain\r\n\r\nHi',
  '--b\r\nContent-Type: text/plain\r\n\r\nHi\r\n--b--',
);
const heard = fc.record({
  kind: fc.constant('hear' as const),
  changes: fc.record(
    {
      method: orAny('MESSAGE', 'INFO'),
      requestUri: orAny('sip:alice@example.org', 'sip:alice@127.0.0.1', 'tel:+1'),
      from: orAny('sip:romeo@example.net', 'sip:x%40y@other.net').map((uri) => ({
        uri,
        params: { tag: 'r' },
      })),
      headers,
      body: fc.record({
        contentType: orAny(
          'text/plain',
          'text/plain;charset=iso-8859-1',
          'image/png',
          'text/html',
          'message/cpim',
          'multipart/mixed;boundary=b',
          'application/im-iscomposing+xml',
        ),
        content: fc.oneof(anyText(), inside),
        encoding: fc.constantFrom('utf8' as const, 'base64' as const),
      }),
    },
    { requiredKeys: [] },
  ),
});
const answered = fc.record({
  kind: fc.constant('answer' as const),
  which: fc.nat(5),
  status: fc.oneof(fc.integer({ min: 100, max: 699 }), fc.constantFrom(100, 200, 202, 302, 401, 407)),
  contact: orAny('sip:other@example.net'),
  challenge: orAny('Digest realm="a", nonce="1"', 'Digest realm="a", nonce="2", stale=true'),
});
const failed = fc.record({
  kind: fc.constant('fail' as const),
  which: fc.nat(5),
  cause: fc.constantFrom('timeout' as const, 'transport' as const, 'no-credentials' as const),
});
const waited = fc.record({
  kind: fc.constant('wait' as const),
  ms: fc.constantFrom(1, 1000, 40_000, 700_000),
});
const modes = fc.constantFrom(
  {},
  { languages: 'all', chatCallId: 'pair', lockResource: true } as const,
  { useCpim: 'always', sendHtml: true, languages: 'all', receiptOn2xx: true } as const,
);
const action = fc.oneof(spoken, heard, answered, failed, waited);
type Action = typeof action extends fc.Arbitrary<infer Value> ? Value : never;

/** A pair with its edge: what is sent is answered by the actions, timers fire as time passes. */
class Play {
  readonly pair: Pair;
  readonly #sent: Extract<Command, { type: 'sip.request.send' }>[] = [];
  readonly branches = new Set<string>();
  #timerAt: number | undefined;

  constructor(changes: ConstructorParameters<typeof Pair>[0]) {
    this.pair = new Pair(changes);
  }

  #take(commands: readonly Command[]): readonly Command[] {
    for (const command of commands) {
      if (command.type === 'timer.set') this.#timerAt = command.dueAt;
      if (command.type !== 'sip.request.send') continue;
      expect(this.branches).not.toContain(command.branch);
      this.branches.add(command.branch);
      this.#sent.push(command);
    }
    if (this.pair.session === undefined) this.#timerAt = undefined;
    return commands;
  }

  #wait(ms: number): void {
    const until = this.pair.now + ms;
    while (this.#timerAt !== undefined && this.#timerAt <= until) {
      const dueAt = this.#timerAt;
      this.#timerAt = undefined;
      this.pair.now = Math.max(this.pair.now, dueAt);
      this.#take(this.pair.handle({ type: 'timer.fired', name: 'pair', dueAt }));
    }
    this.pair.now = until;
  }

  do(act: Action): void {
    if (act.kind === 'wait') this.#wait(act.ms);
    else if (act.kind === 'say') {
      const commands = this.#take(this.pair.say(act.children, act.attrs as Record<string, string>));
      expect(commands.filter(({ type }) => type !== 'timer.set').length).toBeLessThanOrEqual(1);
    } else if (act.kind === 'hear') {
      const commands = this.#take(this.pair.hear(message(act.changes)));
      const isAck = act.changes.method === 'ACK';
      expect(commands.filter(({ type }) => type === 'sip.response.send')).toHaveLength(isAck ? 0 : 1);
    } else {
      const sent = this.#sent[act.which % (this.#sent.length || 1)];
      if (sent === undefined) return;
      const contacts = act.kind === 'answer' ? [{ uri: act.contact, params: {} }] : [];
      const more =
        act.kind === 'answer'
          ? {
              contacts,
              headers: { 'proxy-authenticate': [act.challenge], 'www-authenticate': [act.challenge] },
            }
          : {};
      const failure: Event | undefined =
        act.kind === 'fail'
          ? {
              type: 'sip.request.failed',
              branch: sent.branch,
              callId: '',
              method: 'MESSAGE',
              cause: act.cause,
            }
          : undefined;
      const commands =
        failure === undefined && act.kind === 'answer' ? this.pair.answer(sent, act.status, more) : [];
      this.#take(failure === undefined ? commands : this.pair.handle(failure));
    }
    this.#check();
  }

  #check(): void {
    const { session } = this.pair;
    if (session === undefined) return;
    const [, ...waiting] = session.queue;
    for (const message of waiting) expect(message.branch).toBeUndefined();
    if (session.queue.length > 0) expect(session.queue[0]?.branch).toBeDefined();
    expect(session.owed.length).toBeLessThanOrEqual(50);
    expect(session.awaited.length).toBeLessThanOrEqual(50);
    expect(JSON.parse(JSON.stringify(session))).toEqual(session);
    expect(this.#timerAt).toBeDefined();
  }

  /** Two days later everything is over. */
  finish(): void {
    this.#wait(172_800_000);
    expect(this.pair.session).toBeUndefined();
  }
}

describe('pair properties', () => {
  it('pair properties - whatever comes, in whatever order: answered once, bounded, forgotten in the end', () => {
    fc.assert(
      fc.property(modes, fc.array(action, { maxLength: 25 }), (changes, actions) => {
        const play = new Play(changes);
        for (const act of actions) play.do(act);
        play.finish();
      }),
      { numRuns: 200 },
    );
  });

  it('pair properties - text goes to SIP and comes back as it was', () => {
    const text = fc
      .string({ unit: 'grapheme', minLength: 1 })
      .filter((candidate) => !/[^\t\n\r\x20-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u.test(candidate));
    fc.assert(
      fc.property(text, text, (said, thread) => {
        const [sent] = new Pair().say([body(said), el('thread', {}, thread)]);
        expect(sent?.type).toBe('sip.request.send');
        if (sent?.type !== 'sip.request.send') return;
        const [, delivered] = new Pair().hear(
          message({ body: sent.request.body, callId: sent.request.callId }),
        );
        const children: readonly (XmlElement | string)[] =
          delivered?.type === 'xmpp.stanza.send' ? delivered.stanza.children : [];
        expect(children).toContainEqual(body(said));
        expect(children).toContainEqual(el('thread', {}, thread));
      }),
    );
  });
});
