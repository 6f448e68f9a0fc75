/**
 * What holds of the table of phones in each database.
 */
import { startBoshEdge } from '@stoxgate/bosh-edge';
import { type Bus, createMemoryBus } from '@stoxgate/bus';
import { brandAor, brandEdgeId, type Envelope, eventSubjectOf, keyOfPhone } from '@stoxgate/contracts';
import { Config, createLog, type RunningService, startTelemetry } from '@stoxgate/runtime';
import type { SessionStore } from '@stoxgate/store';
import type { Database } from '@stoxgate/testkit';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';

export interface TableDialect {
  readonly name: string;
  start(): Promise<Database>;
  /** The statement that makes the table. */
  readonly create: string;
  /** Runs statements, one after another; gives the rows of the last. */
  run(url: string, statements: readonly string[]): Promise<readonly unknown[]>;
}

const PHONE = brandAor('sip:1001@sip.test');
const LONG = { timeout: 20_000, interval: 20 };

export function testPhoneTable(dialect: TableDialect): void {
  let database: Database;
  const opened: (() => Promise<void>)[] = [];

  beforeAll(async () => {
    database = await dialect.start();
    await dialect.run(database.url, [dialect.create]);
  });
  afterEach(async () => {
    for (const close of opened.splice(0).reverse()) await close();
  });
  afterAll(() => database?.stop());

  const insert = (...states: string[]): Promise<readonly unknown[]> =>
    dialect.run(
      database.url,
      states.map((state) => `INSERT INTO phone_state (uri, state) VALUES ('1001@@sip.test', '${state}')`),
    );
  const left = (): Promise<readonly unknown[]> => dialect.run(database.url, ['SELECT id FROM phone_state']);

  function openBus(): { readonly bus: Bus; readonly told: string[] } {
    const bus = createMemoryBus({ maxBacklog: 1000, maxDeliveries: 3, onDeadLetter: () => undefined });
    opened.push(() => bus.close());
    return { bus, told: [] };
  }

  async function hear({ bus, told }: ReturnType<typeof openBus>): Promise<void> {
    const subject = eventSubjectOf(keyOfPhone(PHONE));
    await bus.consume({ subject, durable: 't', maxInFlight: 1 }, async ({ payload }: Envelope) => {
      if (payload.type === 'phone.state.reported') told.push(`${payload.source} ${payload.report}`);
    });
  }

  async function startEdge(bus: Bus, name: string): Promise<RunningService> {
    const edgeId = brandEdgeId(name);
    const telemetry = startTelemetry({ otlpEndpoint: '', role: 'bosh-edge', edgeId, version: '0' });
    const config = Config.parse({
      xmpp: { domains: ['xmpp.test'], components: [{ domain: 'sip.xmpp.test', secret: 's' }] },
      phones: {
        bosh_url: 'http://127.0.0.1/http-bind',
        database: { url: database.url, poll: 0.05 },
      },
    });
    const edge = await startBoshEdge({
      config,
      edgeId,
      bus,
      store: {} as SessionStore,
      log: createLog({ level: 'silent', role: 'bosh-edge', edgeId }),
      tracer: telemetry.tracer,
      meter: telemetry.meter,
    });
    opened.push(
      () => telemetry.stop(100),
      () => edge.stop(),
    );
    return edge;
  }

  test(`phone table, ${dialect.name} - rows are told in order and deleted, also those from before the start`, async () => {
    const world = openBus();
    await hear(world);
    await insert('online', 'onthephone');
    await startEdge(world.bus, 'e1');
    await insert('still-onthephone', 'nonsense', 'offline');
    await vi.waitFor(
      () =>
        expect(world.told).toEqual([
          'table online',
          'table onthephone',
          'table still-onthephone',
          'table offline',
        ]),
      LONG,
    );
    await vi.waitFor(async () => expect(await left()).toEqual([]), LONG);
  });

  test(`phone table, ${dialect.name} - of two processes one takes the rows; the other does once that is gone`, async () => {
    const world = openBus();
    await hear(world);
    const first = await startEdge(world.bus, 'e1');
    await insert('online');
    await vi.waitFor(() => expect(world.told).toHaveLength(1), LONG);
    await startEdge(world.bus, 'e2');
    const states = Array.from({ length: 20 }, (_, at) => (at % 2 === 0 ? 'onthephone' : 'still-online'));
    await insert(...states);
    await first.stop();
    await insert('offline');
    await vi.waitFor(() => expect(world.told).toHaveLength(22), LONG);
    expect(world.told).toEqual(['online', ...states, 'offline'].map((state) => `table ${state}`));
  });

  test(`phone table, ${dialect.name} - a database that restarts is read on, and no row is lost`, async () => {
    const world = openBus();
    await hear(world);
    await startEdge(world.bus, 'e1');
    await insert('online');
    await vi.waitFor(() => expect(world.told).toEqual(['table online']), LONG);
    await database.restart();
    await insert('offline');
    await vi.waitFor(() => expect(world.told).toEqual(['table online', 'table offline']), LONG);
    await vi.waitFor(async () => expect(await left()).toEqual([]), LONG);
  });
}
