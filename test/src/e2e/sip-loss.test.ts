/**
 * SIPp drops one packet in ten, each way, and every call still completes: the retransmission rules of RFC 3261 §17 and
 * §13.3.1.4 from end to end.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { jingleUser, startSipp } from '@stoxgate/testkit';
import { afterEach, describe, expect, test } from 'vitest';
import { calleeScenario, callerScenario } from './sipp-scenarios.ts';
import { contactOf, MODES, SIP_DOMAIN, startWorld, type World, XMPP_DOMAIN } from './world.ts';

const CALLS = 300;
/** Longer than a 2xx whose ACK was lost takes to come again: SIPp gives a call up over an ACK after the BYE. */
const HOLD_MS = 1500;

describe.each(MODES)('sip loss, %s', (mode) => {
  let world: World | undefined;
  afterEach(async () => {
    await world?.stop();
    world = undefined;
  });

  test('sip loss - SIPp as caller at 10 % loss: every call completes', async () => {
    world = await startWorld(mode, { accounts: ['alice'] });
    const user = await world.login('alice', { contacts: [contactOf('sipp')] });
    const alice = jingleUser(user);
    const answering = (async () => {
      for (let answered = 0; answered < CALLS; answered++) {
        await alice.accept(await alice.nextJingle('session-initiate', undefined, 60_000));
      }
      for (let ended = 0; ended < CALLS; ended++) {
        await alice.nextJingle('session-terminate', undefined, 60_000);
      }
    })();
    const sipp = await startSipp({
      scenario: { xml: callerScenario(`sipp@${SIP_DOMAIN}`, `alice@${XMPP_DOMAIN}`, 200) },
      port: world.proxyPort,
      target: `127.0.0.1:${world.sipPort}`,
      calls: CALLS,
      rate: 25,
      lossPercent: 10,
      timeoutSeconds: 120,
    });
    const { successful, failed, errors } = await sipp.result();
    expect({ successful, failed }, errors).toEqual({ successful: CALLS, failed: 0 });
    await answering;
  });

  test('sip loss - SIPp as callee at 10 % loss: every call completes', async () => {
    world = await startWorld(mode, { accounts: ['alice'] });
    const sipp = await startSipp({
      scenario: { xml: calleeScenario() },
      port: world.proxyPort,
      calls: CALLS,
      lossPercent: 10,
      timeoutSeconds: 150,
    });
    const alice = jingleUser(await world.login('alice'));
    const contact = contactOf('sipp');
    const call = async (): Promise<void> => {
      const sid = await alice.initiate(contact);
      await alice.nextJingle('session-accept', sid, 60_000);
      await delay(HOLD_MS);
      await alice.terminate(contact, sid, 'success');
    };
    for (let begun = 0; begun < CALLS; begun += 25) {
      await Promise.all(Array.from({ length: 25 }, call));
    }
    const { successful, failed, errors } = await sipp.result();
    expect({ successful, failed }, errors).toEqual({ successful: CALLS, failed: 0 });
  });
});
