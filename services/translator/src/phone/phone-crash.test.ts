import { brandAor, type Command, type Event, keyOfPhone, type PhoneReport } from '@stoxgate/contracts';
import { expect, test } from 'vitest';
import { createStep } from '../step.ts';
import { CrashWorld } from '../testing/crash-world.ts';
import { POLICY } from '../testing/pair-world.ts';
import {
  bindFeatures,
  body,
  iq,
  SECRET,
  sasl,
  saslFeatures,
  TERMS,
  terminate,
  URI,
} from '../testing/phone-world.ts';

const KEY = keyOfPhone(brandAor(URI));

/** A server that takes everything, and holds what is empty. */
function react(command: Command): Event | undefined {
  if (command.type !== 'bosh.request.send') return undefined;
  const { rid, attempt, start, payload } = command;
  const answer = () => {
    if (typeof payload !== 'string') return body({}, sasl('success'));
    if (start.includes(' to="') && start.includes('restart')) return body({}, bindFeatures());
    if (start.includes(' to="')) return body(TERMS, saslFeatures('PLAIN'));
    if (start.includes('terminate')) return terminate();
    return payload.includes('<bind') ? body({}, iq('result', 'bind-0')) : undefined;
  };
  const element = answer();
  return element && { type: 'bosh.request.answered', rid, attempt, status: 200, body: element };
}

async function requestsOf(lives: readonly number[]): Promise<{ sent: readonly Command[]; seams: number }> {
  const world = new CrashWorld(createStep(POLICY), { lives }, react);
  world.publish('i', KEY, { type: 'phone.account.imported', uri: URI, username: 'juliet', secret: SECRET });
  const reports: readonly PhoneReport[] = ['online', 'onthephone', 'offline', 'online'];
  for (const [at, report] of reports.entries()) {
    world.publish(`r${at}`, KEY, { type: 'phone.state.reported', report, source: 'command' });
    await world.run();
  }
  await world.fireTimers(world.now + 600_000);
  return { sent: world.effects, seams: world.seams };
}

test('phone crash - wherever a process dies, the same requests go out, each once', async () => {
  const { sent, seams } = await requestsOf([]);
  const states = sent.flatMap((command) =>
    command.type === 'bosh.request.send' && typeof command.payload === 'string' ? [command.payload] : [],
  );
  expect(states.join()).toContain('<show>dnd</show>');
  expect(states.filter((payload) => payload.includes('type="unavailable"'))).toHaveLength(1);
  for (let life = 0; life < seams; life++) {
    expect((await requestsOf([life])).sent).toEqual(sent);
  }
});
