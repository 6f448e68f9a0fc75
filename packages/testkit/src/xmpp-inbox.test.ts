import { el } from '@stoxgate/wire-xmpp';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { XmppInbox } from './xmpp-inbox.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const named = (name: string) => (stanza: { name: string }) => stanza.name === name;

test('xmpp inbox - a stanza is taken once, whether it came before or after the wait', async () => {
  const inbox = new XmppInbox('alice');
  const [early, late] = [el('message', { id: '1' }), el('message', { id: '2' })];
  inbox.put(early);
  const first = inbox.next(named('message'), 100);
  const second = inbox.next(named('message'), 100);
  inbox.put(late);
  expect(await first).toBe(early);
  expect(await second).toBe(late);
});

test('xmpp inbox - a wait in vain tells what else came', async () => {
  const inbox = new XmppInbox('alice');
  const wait = inbox.next(named('message'), 100);
  const outcome = expect(wait).rejects.toThrow(
    /alice: no stanza like .*within 100 ms; not taken: \n {2}<iq id="7"\/>/s,
  );
  inbox.put(el('iq', { id: '7' }));
  await vi.advanceTimersByTimeAsync(100);
  await outcome;
});
