import { serializeRequest } from '@stoxgate/wire-sip';
import { el, NS } from '@stoxgate/wire-xmpp';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { body, errorIn, of, Pair, sentIn } from '../testing/pair-world.ts';
import { readCpim } from './cpim.ts';

const VIA = `SIP/2.0/UDP gateway.sip.example.org:5600;branch=z9hG4bKstox${'0'.repeat(20)}-00000000;rport`;
const asked = el('request', { xmlns: NS.RECEIPTS });

/** Any characters, often more than one request holds. */
const longText = fc
  .tuple(fc.string({ unit: 'grapheme', minLength: 1 }), fc.integer({ min: 1, max: 300 }))
  .map(([some, times]) => some.repeat(times));

/** All requests of a text, each accepted. */
function requestsOf(pair: Pair, text: string, isAsked: boolean, subject = '') {
  const requests = [];
  let [next] = of(
    pair.say([
      body(text),
      ...(isAsked ? [asked] : []),
      ...(subject === '' ? [] : [el('subject', {}, subject)]),
    ]),
    'sip.request.send',
  );
  while (next !== undefined) {
    requests.push(next.request);
    [next] = of(pair.answer(next, 202), 'sip.request.send');
  }
  return requests;
}

describe('message parts', () => {
  it('message parts - any text arrives whole, in order, in requests of 1300 bytes at most', () => {
    fc.assert(
      fc.property(
        longText,
        fc.boolean(),
        fc.boolean(),
        fc.string({ unit: 'grapheme', maxLength: 100 }),
        (text, isAsked, hasCredentials, subject) => {
          const requests = requestsOf(new Pair({ hasCredentials }), text, isAsked, subject);
          const texts = requests.map(({ body: sent }) =>
            sent?.contentType === 'message/cpim' ? readCpim(sent.content)?.body.content : sent?.content,
          );
          expect(texts.join('')).toBe(text);
          const [first] = requests;
          requests.forEach((request, index) => {
            const bytes =
              serializeRequest(request, { via: VIA }).length + 'User-Agent: Stoxgate/0.1.0\r\n'.length;
            expect(bytes + (hasCredentials ? 300 : 0)).toBeLessThanOrEqual(1300);
            expect(request.callId).toBe(first?.callId);
            expect(request.from).toEqual(first?.from);
            if (index > 0) expect(request.headers.subject).toBeUndefined();
            if (index > 0) expect(request.cseq).toBeGreaterThan(requests[index - 1]?.cseq ?? 0);
          });
          const wrapped = requests.filter(({ body: sent }) => sent?.contentType === 'message/cpim');
          // A subject that fills the request leaves no room for the wrapper.
          if (!isAsked) expect(wrapped).toEqual([]);
          else if (subject.length < 20) expect(wrapped).toEqual(requests.slice(-1));
          else expect(requests.slice(0, -1)).not.toContain(wrapped[0]);
        },
      ),
      { numRuns: 100 },
    );
  });

  it('message parts - where a wrapper has no room its text goes without', () => {
    const long = requestsOf(new Pair(), 'Hi', true, 'ü'.repeat(150));
    expect(long.map(({ body: sent }) => sent?.contentType)).toEqual(['text/plain;charset=UTF-8']);
  });

  it('message parts - what fits goes in one', () => {
    expect(requestsOf(new Pair(), 'x'.repeat(400), false)).toHaveLength(1);
    expect(requestsOf(new Pair({ hasCredentials: false }), 'x'.repeat(400), true)).toHaveLength(1);
  });

  it('message parts - a transport without such a limit takes any text in one; so does TCP by choice', () => {
    const text = 'x'.repeat(60_000);
    expect(requestsOf(new Pair({ maxMessageBytes: 0 }), text, true)).toHaveLength(1);
    expect(requestsOf(new Pair({ oversize: 'tcp' }), text, false)).toHaveLength(1);
  });

  it('message parts - where one request is all there may be, a longer text is refused', () => {
    const pair = new Pair({ oversize: 'reject' });
    expect(errorIn(pair.say([body('x'.repeat(2000))]))).toMatchObject({ condition: 'policy-violation' });
    expect(pair.session).toBeUndefined();
    sentIn(pair.say([body('x'.repeat(200))]));
  });

  it('message parts - the longest text is configured', () => {
    const pair = new Pair({ maxBodyBytes: 10 });
    expect(errorIn(pair.say([body('üüüüüü')])).condition).toBe('policy-violation');
    expect(sentIn(pair.say([body('üüüüü')])).request.body?.content).toBe('üüüüü');
  });

  it.each([413, 513])(
    'message parts - what is too large for SIP (%i) goes again in several, once',
    (status) => {
      const text = 'x'.repeat(3000);
      const pair = new Pair({ maxMessageBytes: 0 });
      const whole = sentIn(pair.say([body(text), asked]));
      expect(whole.request.body?.contentType).toBe('message/cpim');
      let [next] = of(pair.answer(whole, status), 'sip.request.send');
      let heard = '';
      while (next !== undefined) {
        heard += next.request.body?.content ?? '';
        [next] = of(pair.answer(next, 202), 'sip.request.send');
      }
      expect(heard).toBe(text);
      expect(pair.session).toBeUndefined();
      const again = sentIn(pair.answer(sentIn(pair.say([body(text)])), status));
      expect(errorIn(pair.answer(again, status)).condition).toBe('policy-violation');
      expect(errorIn(pair.answer(sentIn(pair.say([body('short')])), status)).condition).toBe(
        'policy-violation',
      );
    },
  );

  it('message parts - a part that is refused ends the text: one error, nothing more of it', () => {
    const pair = new Pair();
    const first = sentIn(pair.say([body('x'.repeat(3000)), asked]));
    const second = sentIn(pair.answer(first, 200));
    const commands = pair.answer(second, 404);
    expect(of(commands, 'sip.request.send')).toEqual([]);
    expect(errorIn(commands)).toMatchObject({ attrs: { id: 'm1' }, condition: 'item-not-found' });
    expect(pair.session).toBeUndefined();
  });
});
