import { MsrpPeer } from '@stoxgate/testkit';
import * as fc from 'fast-check';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { begin, end, passes, settle } from '../testing/chat-world.ts';
import { EDGE, openEndpoint } from '../testing/open-endpoint.ts';
import { MSRP_TIMING } from './timing.ts';

const LAST = '~';

beforeEach(begin);
afterEach(end);

const message = fc.record({
  session: fc.constantFrom('s1', 's2', 's3'),
  bytes: fc.constantFrom(0, 1, 2048, 5000, 9000),
  failureReport: fc.constantFrom('yes', 'no', 'partial'),
  /** What the peer makes of its chunks. */
  answer: fc.constantFrom(200, 200, 200, 413, undefined),
});

/** Text that tells which message it is of. */
const contentOf = (at: number, bytes: number): string => String.fromCharCode(65 + at).repeat(bytes);

test('msrp - property: each message is out or has failed, once, and comes whole and in order, whatever happens', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(message, { minLength: 1, maxLength: 12 }),
      fc.option(fc.nat(20), { nil: undefined }),
      async (messages, cutAfter) => {
        const open = await openEndpoint();
        let heard = 0;
        let isCut = false;
        const peer = await MsrpPeer.open({
          answer: ({ contentType, body }) => {
            if (contentType === undefined) return 200;
            if (heard++ === cutAfter) {
              isCut = true;
              peer.hangUp();
            }
            const at = (body?.[0] ?? 65) - 65;
            return body?.length === 0 ? 200 : messages[at]?.answer;
          },
        });
        try {
          for (const session of ['s1', 's2', 's3']) {
            await open.session(session);
            open.endpoint.connect('o', {
              type: 'msrp.session.connect',
              edge: EDGE,
              session,
              peer: { path: [peer.path], role: 'active' },
            });
            expect(await open.event()).toMatchObject({ type: 'msrp.session.connected' });
          }
          messages.forEach(({ session, bytes, failureReport }, at) => {
            const body = {
              contentType: 'text/plain',
              content: contentOf(at, bytes),
              encoding: 'utf8' as const,
            };
            open.send(session, { message: String(at), body, failureReport });
          });
          const outcomes = new Map<string, string[]>();
          for (;;) {
            const events = open.rest();
            for (const event of events) {
              if (event.type !== 'msrp.message.sent' && event.type !== 'msrp.message.failed') continue;
              outcomes.set(event.message, [...(outcomes.get(event.message) ?? []), event.type.slice(13)]);
            }
            if (outcomes.size === messages.length) break;
            // What is left waits for a response that never comes.
            if (events.length === 0) await passes(MSRP_TIMING.transactionMs);
            await settle();
          }
          messages.forEach(({ failureReport }, at) => {
            const outcome = outcomes.get(String(at))?.join(' ');
            const legal =
              failureReport === 'partial' ? ['sent', 'failed', 'sent failed'] : ['sent', 'failed'];
            expect(legal).toContain(outcome);
          });
          const texts: string[] = [];
          if (!isCut) {
            const body = { contentType: 'text/plain', content: LAST, encoding: 'utf8' as const };
            open.send('s1', { message: LAST, body });
            for (let text = ''; text !== LAST; { text } = await peer.message())
              if (text !== '') texts.push(text);
          } else texts.push(...peer.messages().flatMap(({ text }) => (text === '' ? [] : [text])));
          const arrived = texts.map((text) => text.charCodeAt(0) - 65);
          expect(texts).toEqual(arrived.map((at) => contentOf(at, messages[at]?.bytes ?? 0)));
          for (const session of ['s1', 's2', 's3']) {
            const ofSession = arrived.filter((at) => messages[at]?.session === session);
            expect(ofSession).toEqual([...new Set(ofSession)].sort((one, other) => one - other));
          }
          if (isCut) return;
          const isOut = (at: number): boolean => outcomes.get(String(at))?.join() === 'sent';
          const taken = messages.flatMap(({ answer, bytes }, at) =>
            answer === 200 && bytes > 0 && isOut(at) ? [at] : [],
          );
          expect(arrived).toEqual(expect.arrayContaining(taken));
        } finally {
          await peer.close();
          await open.close();
        }
      },
    ),
    { numRuns: 40 },
  );
});
