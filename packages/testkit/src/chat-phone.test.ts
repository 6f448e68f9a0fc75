import { afterEach, expect, test } from 'vitest';
import { type ChatPhone, type ChatPhoneOptions, startChatPhone } from './chat-phone.ts';
import { startSipFork } from './sip-fork.ts';
import { type SipPhone, startSipPhone } from './sip-phone.ts';

const PATIENT = { timeout: 10_000 };
const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop();
});

async function chatPhone(name: string, options: Partial<ChatPhoneOptions> = {}): Promise<ChatPhone> {
  const target = { host: '127.0.0.1', port: 9 };
  const phone = await startChatPhone({ aor: `sip:${name}@sip.test`, target, ...options });
  stops.push(() => phone.stop());
  return phone;
}

const answersIn = ({ log }: SipPhone) =>
  log.flatMap(({ message }) =>
    message !== undefined && 'status' in message && message.status === 200 ? [message] : [],
  );

/** Juliet calls Romeo. */
async function two(options: Partial<ChatPhoneOptions> = {}) {
  const romeo = await chatPhone('romeo', options);
  const juliet = await chatPhone('juliet', { target: { host: '127.0.0.1', port: romeo.sip.port } });
  return { romeo, juliet };
}

test.each([
  ['nothing said of setup', {}, {}],
  ['the offer open', { setup: 'actpass' }, {}],
  ['the answerer to wait', { setup: 'actpass' }, { setup: 'passive' }],
  ['the answerer to say nothing of it', { setup: 'actpass' }, { setup: 'none' }],
  ['the offerer to wait', { setup: 'passive' }, {}],
  ['the offerer to connect', { setup: 'active' }, {}],
] as const)('chat phone - two of them chat, with %s', async (_what, offer, answer) => {
  const { romeo, juliet } = await two({ gr: 'orchard', answer: () => answer });
  const [hers, his] = await Promise.all([juliet.invite('sip:romeo@sip.test', offer), romeo.next()]);
  expect(his.callId).toBe(hers.callId);
  await hers.compose();
  expect(await hers.say('Art thou not Romeo?', { wantsReport: true })).toBe(200);
  const message = await his.hear();
  expect(message).toMatchObject({ text: 'Art thou not Romeo?', wantsReport: true });
  expect(await his.say('Neither, fair saint')).toBe(200);
  expect((await hers.hear()).text).toBe('Neither, fair saint');
  expect((await his.bye()).status).toBe(200);
  expect((await hers.ended()).method).toBe('BYE');
  expect(romeo.heard).toEqual(['INVITE 200']);
});

test('chat phone - an instance is named in Contact', async () => {
  const { romeo, juliet } = await two({ gr: 'orchard' });
  await juliet.invite('sip:romeo@sip.test');
  expect(answersIn(juliet.sip)[0]?.contacts[0]?.uri).toBe(`sip:romeo@127.0.0.1:${romeo.sip.port};gr=orchard`);
});

test('chat phone - refuses with the code that it is told', async () => {
  const { romeo, juliet } = await two({ answer: () => ({ status: 488 }) });
  await expect(juliet.invite('sip:romeo@sip.test')).rejects.toThrow('488');
  romeo.answer = () => ({ status: 200, rings: true });
  await juliet.invite('sip:romeo@sip.test');
  expect(romeo.heard).toEqual(['INVITE 488', 'INVITE 200']);
});

test('chat phone - a chat that is cancelled while it rings is none', async () => {
  const { romeo } = await two({ answer: () => ({ delayMs: 60_000 }) });
  const sip = await startSipPhone({ target: { host: '127.0.0.1', port: romeo.sip.port } });
  stops.push(() => sip.stop());
  const sdp = 'v=0\r\nm=message 1 TCP/MSRP *\r\na=path:msrp://127.0.0.1:1/x;tcp\r\n';
  const call = sip.invite({ to: 'sip:romeo@sip.test', from: 'sip:a@b', sdp });
  await romeo.ringing();
  expect((await call.cancel()).status).toBe(200);
  expect((await call.waitFor('final')).status).toBe(487);
  expect(romeo.heard).toEqual(['CANCEL 200']);
});

test('chat phone - tells who asks whether it takes chats', async () => {
  const { romeo, juliet } = await two();
  const ask = () =>
    juliet.sip.request('OPTIONS', { to: 'sip:romeo@sip.test', from: 'sip:juliet@sip.test' }).waitFor('final');
  expect((await ask()).body?.content).toContain('m=message 0 TCP/MSRP *');
  romeo.takesChats = false;
  expect((await ask()).body?.content).not.toContain('m=message');
  romeo.options = 405;
  expect((await ask()).status).toBe(405);
});

test('chat phone - a lost connection is seen', async () => {
  const { romeo, juliet } = await two();
  const [hers, his] = await Promise.all([juliet.invite('sip:romeo@sip.test'), romeo.next()]);
  his.msrp.hangUp();
  expect(await hers.msrp.isClosed()).toBe(true);
});

test('chat phone - media beside the chat are offered too', async () => {
  const { romeo, juliet } = await two({ answer: () => ({ status: 488 }) });
  const media = ['m=audio 4000 RTP/AVP 0'];
  await expect(juliet.invite('sip:romeo@sip.test', { media })).rejects.toThrow('488');
  expect(romeo.sip.log[0]?.message?.body?.content).toContain('m=audio 4000');
});

async function forked(cancels: boolean) {
  const [one, other] = [await chatPhone('romeo', { gr: 'one' }), await chatPhone('romeo', { gr: 'other' })];
  const targets = (uri: string) => (uri === 'sip:romeo@sip.test' ? [one.sip.port, other.sip.port] : []);
  const fork = await startSipFork({ targets, cancels });
  stops.push(fork.stop);
  const juliet = await chatPhone('juliet', { target: { host: '127.0.0.1', port: fork.port } });
  return { one, other, juliet };
}

test('sip fork - the first 2xx counts, the other branch is cancelled', async () => {
  const { one, other, juliet } = await forked(true);
  other.answer = () => ({ delayMs: 60_000 });
  const [, his] = await Promise.all([juliet.invite('sip:romeo@sip.test'), one.next()]);
  expect(one.answered).toEqual([his]);
  await expect.poll(() => other.heard, PATIENT).toEqual(['CANCEL 200']);
  expect((await his.bye()).status).toBe(200);
});

test('sip fork - every 2xx is passed on where nothing is cancelled', async () => {
  const { one, other, juliet } = await forked(false);
  await juliet.invite('sip:romeo@sip.test');
  await expect.poll(() => [...one.heard, ...other.heard], PATIENT).toEqual(['INVITE 200', 'INVITE 200']);
  await expect.poll(() => answersIn(juliet.sip).length, PATIENT).toBe(2);
});

test('sip fork - nobody has the address', async () => {
  const { juliet } = await forked(true);
  await expect(juliet.invite('sip:paris@sip.test')).rejects.toThrow('404');
});

test('sip fork - the lowest refusal counts, once all have refused', async () => {
  const { one, other, juliet } = await forked(true);
  one.answer = () => ({ status: 486 });
  other.answer = () => ({ status: 404, delayMs: 20 });
  await expect(juliet.invite('sip:romeo@sip.test')).rejects.toThrow('404');
});
