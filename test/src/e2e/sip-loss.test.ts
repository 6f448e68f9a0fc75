/**
 * SIPp drops one packet in ten, each way, and every call still completes: the retransmission rules of RFC 3261 §17 and
 * §13.3.1.4 from end to end.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { jingleOf, startSipp } from '@stoxgate/testkit';
import { afterAll, describe, expect, test } from 'vitest';
import { calleeScenario, callerScenario } from './sipp-scenarios.ts';
import { contactOf, MODES, SIP_DOMAIN, startWorld, type World, XMPP_DOMAIN } from './world.ts';

const CALLS = 300;
const AT_A_TIME = 50;
/**
 * Between the times at which a 2xx whose ACK was lost comes again, 1.5 and 3.5 s after the first: SIPp gives a call up
 * over an ACK after the BYE.
 */
const HOLD_MS = 2500;

/** Most of the time passes with waiting for repetitions: both at once. */
describe.each(MODES)('sip loss, %s', (mode) => {
  const worlds = new Set<World>();
  const start = async (): Promise<World> => {
    const world = await startWorld(mode, { accounts: ['alice'] });
    worlds.add(world);
    return world;
  };
  afterAll(async () => {
    for (const world of worlds) await world.stop();
  });

  test.concurrent('sip loss - SIPp as caller at 10 % loss: every call completes', async () => {
    const world = await start();
    const alice = await world.caller('alice', { contacts: [contactOf('sipp')] });
    const answer = async (): Promise<void> => {
      const initiate = await alice.nextJingle('session-initiate', undefined, 60_000);
      await alice.accept(initiate);
      await alice.nextJingle('session-terminate', jingleOf(initiate).attrs.sid, 60_000);
    };
    const answering = Promise.all(Array.from({ length: CALLS }, answer));
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

  test.concurrent('sip loss - SIPp as callee at 10 % loss: every call completes', async () => {
    const world = await start();
    const sipp = await startSipp({
      scenario: { xml: calleeScenario() },
      port: world.proxyPort,
      calls: CALLS,
      lossPercent: 10,
      timeoutSeconds: 150,
    });
    const alice = await world.caller('alice');
    const contact = contactOf('sipp');
    const call = async (): Promise<void> => {
      const sid = await alice.initiate(contact);
      await alice.nextJingle('session-accept', sid, 60_000);
      await delay(HOLD_MS);
      await alice.terminate(contact, sid, 'success');
    };
    let begun = 0;
    const worker = async (): Promise<void> => {
      while (begun++ < CALLS) await call();
    };
    await Promise.all(Array.from({ length: AT_A_TIME }, worker));
    const { successful, failed, errors } = await sipp.result();
    expect({ successful, failed }, errors).toEqual({ successful: CALLS, failed: 0 });
  });
});
