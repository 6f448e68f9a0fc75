/**
 * Chat sessions as the configuration has them, beside SIPp, and over the deaths of a process.
 */
import { freePort, MsrpPeer, type RunningSipp, startSipp, type XmppUser } from '@stoxgate/testkit';
import { formatMsrpPath } from '@stoxgate/wire-msrp';
import { readStanzaError } from '@stoxgate/wire-xmpp';
import { describe, expect, test } from 'vitest';
import { addressOfUser } from './call-up.ts';
import { isErrorOf, isText, isWord, say, startChatWorld, tell } from './chat-world.ts';
import { chatCalleeScenario, chatCallerScenario } from './sipp-scenarios.ts';
import { contactOf } from './world.ts';

const ALICE_SIP = addressOfUser('alice');

describe('chats by configuration', () => {
  test('chats - MSRP forced: nobody is asked, and what is refused is an error', async () => {
    const world = await startChatWorld('all', { chat_mode: 'msrp' }, { accounts: ['alice'] });
    try {
      const alice = await world.login('alice');
      const phone = await world.chatter('bob', { takesChats: false });
      await say(alice, contactOf('bob'), 'a', 'One');
      const chat = await phone.next();
      expect((await chat.hear()).text).toBe('One');
      expect(phone.heard).toEqual(['INVITE 200']);
      await world.chatter('carol', { answer: () => ({ status: 488 }) });
      await say(alice, contactOf('carol'), 'b', 'Two');
      expect(readStanzaError(await alice.next(isErrorOf('b'))).condition).toBe('not-acceptable');
      await chat.bye();
    } finally {
      await world.stop();
    }
  });

  test('chats - SIPp on the other side, with an MSRP endpoint beside it: begun by us, and by it', async () => {
    const world = await startChatWorld('all', { chat_mode: 'msrp' }, { accounts: ['alice'] });
    const peers = [await MsrpPeer.open(), await MsrpPeer.open()] as const;
    /** Both say something; then she leaves. */
    const talk = async (alice: XmppUser, msrp: MsrpPeer, contact: string, sipp: RunningSipp) => {
      const { fromPath } = await msrp.next('SEND', 10_000);
      msrp.expect(formatMsrpPath(fromPath));
      expect(await msrp.send('Here is SIPp')).toBe(200);
      expect((await alice.next(isText('Here is SIPp'))).attrs.from).toBe(contact);
      await say(alice, contact, 'b', 'And here is Alice');
      while ((await msrp.message()).text !== 'And here is Alice');
      await tell(alice, contact, 'gone');
      expect(await sipp.result()).toMatchObject({ successful: 1, failed: 0 });
    };
    try {
      const alice = await world.login('alice');
      const [calleePort, callerPort] = [await freePort(), await freePort()];
      const target = `127.0.0.1:${world.sipPort}`;
      const common = { calls: 1, timeoutSeconds: 40 };
      const callee = await startSipp({
        ...common,
        scenario: { xml: chatCalleeScenario(peers[0].path) },
        port: calleePort,
      });
      world.register('sipp', calleePort);
      await say(alice, contactOf('sipp'), 'a', 'SIPp?');
      await talk(alice, peers[0], `${contactOf('sipp')}/sipp`, callee);
      const caller = await startSipp({
        ...common,
        scenario: { xml: chatCallerScenario('caller@sip.test', 'alice@xmpp.test', peers[1].path) },
        port: callerPort,
        target,
      });
      await talk(alice, peers[1], `${contactOf('caller')}/sip`, caller);
    } finally {
      for (const peer of peers) await peer.close();
      await world.stop();
    }
  });

  test('chats - MESSAGE forced: nobody is asked; sessions of SIP users are taken all the same', async () => {
    const world = await startChatWorld('all', { chat_mode: 'message' }, { accounts: ['alice'] });
    try {
      const alice = await world.login('alice');
      const phone = await world.chatter('bob');
      await say(alice, contactOf('bob'), 'a', 'One');
      const message = await phone.sip.nextRequest('MESSAGE');
      expect(message.request.body?.content).toBe('One');
      message.respond(200);
      expect(phone.heard).toEqual([]);
      const chat = await phone.invite(ALICE_SIP);
      await chat.say('Two');
      await alice.next(isText('Two'));
      await say(alice, contactOf('bob'), 'b', 'Three');
      expect((await chat.hear()).text).toBe('Three');
      await chat.bye();
    } finally {
      await world.stop();
    }
  });

  test('chats - an MSRP edge dies: what it was told to say is said in another session', async () => {
    const world = await startChatWorld('roles', {}, { accounts: ['alice'] });
    try {
      const alice = await world.login('alice');
      const phone = await world.chatter('bob');
      await say(alice, contactOf('bob'), 'a', 'One');
      const chat = await phone.next();
      await chat.hear();
      // What comes behind shows that the edge has told of what went out.
      await chat.say('Two?');
      await alice.next(isText('Two?'));
      await world.gateway.crash('msrp-edge');
      await chat.msrp.isClosed();
      await say(alice, contactOf('bob'), 'b', 'Two');
      await world.gateway.ready();
      await say(alice, contactOf('bob'), 'c', 'Three');
      await chat.ended(60_000);
      const again = await phone.next();
      expect([(await again.hear()).text, (await again.hear()).text]).toEqual(['Two', 'Three']);
      await again.bye();
    } finally {
      await world.stop();
    }
  });

  test('chats - a translator dies and comes back: the chat goes on, and ends when it is silent', async () => {
    const world = await startChatWorld('roles', { session_timeout: 8 }, { accounts: ['alice'] });
    try {
      const alice = await world.login('alice');
      const phone = await world.chatter('bob');
      await say(alice, contactOf('bob'), 'a', 'One');
      const chat = await phone.next();
      await chat.hear();
      await world.gateway.crash('translator');
      await say(alice, contactOf('bob'), 'b', 'Two');
      await world.gateway.ready();
      expect((await chat.hear(20_000)).text).toBe('Two');
      await world.gateway.crash('translator');
      await world.gateway.ready();
      await chat.ended(60_000);
      await alice.next(isWord('gone'), 20_000);
    } finally {
      await world.stop();
    }
  });
});
