/**
 * Calls and messages both ways at a steady rate, through two processes of each role behind a dispatcher, while one process
 * after the other is killed. What became of each is read off the wire outside the gateway.
 */
import { setTimeout as delay } from 'node:timers/promises';
import {
  freePort,
  type GatewayProcesses,
  type RunningSipp,
  rolesOf,
  type SipPhone,
  startGatewayProcesses,
  startNats,
  startRedis,
  startSipDispatcher,
  startSipPhone,
  startSipp,
} from '@stoxgate/testkit';
import { calleeScenario, callerScenario } from '../e2e/sipp-scenarios.ts';
import { CallBook } from './call-book.ts';
import { MoreEdges } from './more-edges.ts';
import { recordsLeft } from './records-left.ts';
import { type ChaosReport, fromSipOf, fromUsersOf } from './report.ts';
import { restartAll } from './rolling.ts';
import { COMPONENT, Users, userOf } from './users.ts';
import { killUntil, randomOf, shuffledForEver, stalledOf, victimsOf } from './victims.ts';

export interface ChaosOptions {
  /** Nobody is killed: each process is restarted in its turn, once and on until `seconds` are over. */
  readonly isRolling?: boolean;
  /** Calls are relayed, some users chat over MSRP, phones are shown: with the edges for it. */
  readonly hasMoreEdges?: boolean;
  /** After each round of deaths processes stand still for some seconds. */
  readonly hasStalls?: boolean;
  readonly seconds: number;
  readonly seed: number;
  /** Of each: calls and messages a second, each way. */
  readonly callsPerSecond: number;
  readonly messagesPerSecond: number;
  readonly holdMs: number;
  /** Between one victim's return and the next one's end. */
  readonly pauseMs: number;
  readonly tell: (text: string) => void;
}

const REPLICAS = 2;
/** A MESSAGE is given up after 40 s, what an MSRP edge had in hand goes by a new session then; all else is sooner. */
const SETTLE_MS = 90_000;
/** What has ended is remembered for 64*T1. */
const RECORDS_MS = 75_000;
/** Calls of SIPp. */
const UNTIL_TOLD = 1_000_000;

/** Runs the whole; whatever it started has ended when it returns. */
export async function runChaos(options: ChaosOptions): Promise<ChaosReport> {
  const stops: (() => Promise<void>)[] = [];
  try {
    return await run(options, stops);
  } finally {
    for (const stop of stops.reverse()) await stop().catch(() => undefined);
  }
}

async function run(options: ChaosOptions, stops: (() => Promise<void>)[]): Promise<ChaosReport> {
  const { seconds, seed, tell, holdMs } = options;
  const book = new CallBook();
  const users = new Users(book, holdMs);
  const server = await users.start();
  stops.push(async () => users.stop(), server.stop);
  const [nats, redis] = [await startNats(), await startRedis()];
  stops.push(nats.stop, redis.stop);
  const more = options.hasMoreEdges === true ? await MoreEdges.start(users, stops) : undefined;
  const gateways = [await freePort(), await freePort()].slice(0, REPLICAS);
  const [callerPort, calleePort, phonePort] = [await freePort(), await freePort(), await freePort()];
  const dispatcher = await startSipDispatcher({
    gateways,
    phoneFor: (method, requestUri) => {
      if (more?.takes(requestUri) === true) return more.chatPort;
      return method === 'INVITE' ? calleePort : phonePort;
    },
    onMessage: (message) => book.passed(message),
  });
  stops.push(() => dispatcher.stop());
  const heard = new Map<string, Set<string>>();
  const phone = await startSipPhone({
    port: phonePort,
    target: { host: '127.0.0.1', port: dispatcher.port },
    retransmitAfterMs: 500,
    timeoutMs: 45_000,
    keepLog: false,
    onRequest: (request) => {
      const { method, body, callId, cseq, vias } = request.request;
      request.respond(200);
      if (method !== 'MESSAGE') return true;
      const text = body?.content ?? '';
      const branch = /branch=([^;,]*)/.exec(vias[1] ?? '')?.[1];
      heard.set(text, (heard.get(text) ?? new Set()).add(`${callId} ${cseq.number} ${branch}`));
      return true;
    },
  });
  stops.push(() => phone.stop());

  await more?.open(dispatcher.port, stops);

  const replicas: GatewayProcesses[] = [];
  for (const port of gateways) {
    const config = {
      xmpp: {
        domains: ['xmpp.test'],
        components: [{ domain: COMPONENT, sip_domain: 'sip.test', port: server.port, secret: 's3cret' }],
      },
      sip: {
        listen_host: '127.0.0.1',
        listen_port: port,
        proxy_host: '127.0.0.1',
        proxy_port: dispatcher.port,
      },
      ...more?.config,
      bus: nats.url,
      store: redis.url,
    };
    const replica = await startGatewayProcesses({ roles: rolesOf(config), config });
    replicas.push(replica);
    stops.push(replica.stop);
  }
  for (const replica of replicas) await replica.ready(90_000);
  while (dispatcher.alive().length < REPLICAS) await delay(100);
  users.showPresence();
  tell(`${REPLICAS} processes of each role are ready; ${seconds} s, seed ${seed}`);

  const until = Date.now() + seconds * 1000;
  const calls = options.isRolling === true ? UNTIL_TOLD : Math.floor(seconds * options.callsPerSecond);
  const sipp = (port: number, xml: string, more: object): Promise<RunningSipp> =>
    startSipp({ scenario: { xml }, port, calls, timeoutSeconds: seconds + 300, ...more });
  const callee = await sipp(calleePort, calleeScenario(), { calls: UNTIL_TOLD });
  stops.push(callee.stop);
  const caller = await sipp(callerPort, callerScenario('c0@sip.test', userOf(0), holdMs), {
    rate: options.callsPerSecond,
    target: `127.0.0.1:${dispatcher.port}`,
  });
  stops.push(caller.stop);
  const accepted = new Set<string>();
  let answered = 0;
  const timers = [
    setInterval(() => void users.call(), 1000 / options.callsPerSecond),
    setInterval(() => users.write(), 1000 / options.messagesPerSecond),
    setInterval(() => {
      void say(phone, `s${answered++}`).then((text) => text && accepted.add(text));
    }, 1000 / options.messagesPerSecond),
  ];
  more?.begin(replicas);
  const killed: string[] = [];
  if (options.isRolling === true) {
    do killed.push(...(await restartAll(replicas, options.pauseMs, tell)));
    while (Date.now() < until);
  } else {
    const stalled = options.hasStalls === true ? replicas.slice(0, 1).map(stalledOf) : [];
    const groups = [...victimsOf(replicas, nats, redis), ...stalled];
    const victims = shuffledForEver(groups, randomOf(seed));
    killed.push(...(await killUntil(until, victims, options.pauseMs, tell)));
  }
  for (const timer of timers) clearInterval(timer);
  // SIPp begins no more calls, and ends those that there are.
  caller.child.kill('SIGUSR1');
  tell('nobody calls or writes any more');

  await more?.end();
  const messages = () => ({
    toSip: fromUsersOf('x', users, heard),
    toXmpp: fromSipOf(accepted, users.heard),
  });
  const isSettled = (): boolean =>
    book.isSettled &&
    messages().toSip.lost === 0 &&
    messages().toXmpp.lost === 0 &&
    more?.isSettled !== false;
  await settled(isSettled, SETTLE_MS);
  await more?.leave();
  // A rolling restart leaves no record that another run would not, and to wait for their end takes half a minute.
  const looksForRecords = options.isRolling !== true || seconds > 0;
  const isNothingLeft = async (): Promise<boolean> =>
    (await callsLeft(replicas)) === 0 && ((await more?.relayed()) ?? 0) === 0;
  if (looksForRecords) {
    await settled(isNothingLeft, RECORDS_MS);
    for (const record of await recordsLeft(redis.url)) tell(`left: ${record}`);
  }
  return {
    how: options.isRolling === true ? 'restarted' : 'killed',
    killed,
    fromSip: book.tally('sip'),
    fromXmpp: book.tally('xmpp'),
    ...messages(),
    askedAgain: users.askedAgain,
    recordsLeft: looksForRecords ? await callsLeft(replicas) : 0,
    leftOnBus: await readMetric(replicas, BUS_BACKLOG),
    more: await more?.tally(),
  };
}

/** Resolves to the text when it was accepted. */
async function say(phone: SipPhone, text: string): Promise<string | undefined> {
  const to = `sip:${userOf(Number(text.slice(1)))}`;
  try {
    const { status } = await phone.message(to, `sip:c0@sip.test`, text).waitFor('final');
    return status >= 200 && status < 300 ? text : undefined;
  } catch {
    return undefined;
  }
}

async function settled(isDone: () => boolean | Promise<boolean>, withinMs: number): Promise<void> {
  const until = Date.now() + withinMs;
  while (Date.now() < until && !(await isDone())) await delay(250);
}

const CALL_RECORDS = /^stoxgate_sessions\{[^}]*kind="call"[^}]*\} (\d+)/m;
const BUS_BACKLOG = /^stoxgate_bus_backlog(?:\{[^}]*\})? (\d+)/m;

/** Records of calls in the store. */
const callsLeft = (replicas: readonly GatewayProcesses[]): Promise<number> =>
  readMetric(replicas, CALL_RECORDS);

/** As a session store tells it, 0 when it does not speak of it; -1 when none answers. */
async function readMetric(replicas: readonly GatewayProcesses[], metric: RegExp): Promise<number> {
  for (const replica of replicas) {
    try {
      const { adminUrl } = replica.process('session-store');
      const text = await (await fetch(`${adminUrl}/metrics`, { signal: AbortSignal.timeout(2000) })).text();
      return Number(metric.exec(text)?.[1] ?? 0);
    } catch {
      // The other one, then.
    }
  }
  return -1;
}
