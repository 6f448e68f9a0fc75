/**
 * Alerts and scaling ask for what there is: metrics of the catalogue with labels that they have, consumers that the
 * translator makes.
 */
import { jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { loadConfig } from '@stoxgate/runtime';
import { startNats, startRedis } from '@stoxgate/testkit';
import { startGateway } from 'stoxgate';
import { describe, expect, test } from 'vitest';
import { unknownIn } from '../../promql.ts';
import { chartFile, objectsOf } from './helm.ts';
import { ofKind } from './kubernetes.ts';

describe('chart, example production', () => {
  test('each alert asks for metrics and labels that there are, of this release', async () => {
    const [rule] = ofKind(await objectsOf('production'), 'PrometheusRule');
    const rules = rule!.spec.groups.flatMap((group) => group.rules);
    expect(rules.length).toBeGreaterThan(5);
    for (const { alert, expr } of rules) {
      expect(unknownIn(expr), alert).toEqual([]);
      expect(expr, alert).toContain('namespace="voice"');
    }
  });

  test('the ServiceMonitor finds the admin port of each role', async () => {
    const objects = await objectsOf('production');
    const [monitor] = ofKind(objects, 'ServiceMonitor');
    const { selector, endpoints } = monitor!.spec;
    expect(endpoints).toMatchObject([{ port: 'admin', path: '/metrics' }]);
    const found = ofKind(objects, 'Service').filter(
      ({ metadata, spec }) =>
        Object.entries(selector.matchLabels).every(([key, value]) => metadata.labels[key] === value) &&
        spec.ports.some(({ name }) => name === 'admin'),
    );
    expect(found.map(({ metadata }) => metadata.name).sort()).toEqual([
      'release-stoxgate-media-edge',
      'release-stoxgate-session-store',
      'release-stoxgate-sip-edge',
      'release-stoxgate-translator',
      'release-stoxgate-xmpp-edge',
    ]);
  });

  test('KEDA asks for the consumers that a translator makes', async () => {
    const [scaled] = ofKind(await objectsOf('production'), 'ScaledObject');
    const asked = scaled!.spec.triggers
      .filter(({ type }) => type === 'nats-jetstream')
      .map(({ metadata }) => `${metadata.stream} ${metadata.consumer}`);
    const [nats, redis] = [await startNats(), await startRedis()];
    const env = {
      STOXGATE_BUS: nats.url,
      STOXGATE_STORE: redis.url,
      STOXGATE_ADMIN__PORT: '0',
      STOXGATE_LOG__LEVEL: 'silent',
      STOXGATE_XMPP__DOMAINS: 'example.org',
      STOXGATE_XMPP__COMPONENTS: '[{"domain": "sip.example.org", "secret": "x"}]',
    };
    const loaded = loadConfig({ env, role: 'translator' });
    if (!loaded.ok) throw new Error(loaded.problems.join('\n'));
    const gateway = await startGateway(loaded.config, { roles: ['translator'] });
    const connection = await connect({ servers: nats.url.replace('nats://', '') });
    const manager = await jetstreamManager(connection);
    const made: string[] = [];
    for await (const { stream_name, name } of manager.consumers.list('STOX_EVENTS'))
      made.push(`${stream_name} ${name}`);
    await connection.close();
    await gateway.stop();
    await Promise.all([nats.stop(), redis.stop()]);
    expect(made.length).toBeGreaterThan(0);
    expect([...asked].sort()).toEqual(made.sort());
  });
});

test('chart - calls are scaled by the gauge that session stores give', async () => {
  const [hpa] = ofKind(await objectsOf('node-port'), 'HorizontalPodAutoscaler');
  expect(hpa?.spec.metrics).toMatchObject([
    { type: 'Resource' },
    {
      external: {
        metric: {
          name: 'stoxgate_sessions',
          selector: { matchLabels: { kind: 'call', namespace: 'voice' } },
        },
      },
    },
  ]);
  const [scaled] = ofKind(await objectsOf('host-network'), 'ScaledObject');
  expect(scaled?.spec.triggers.map(({ metadata }) => unknownIn(metadata.query ?? ''))).toEqual([[]]);
  expect(chartFile('values.yaml')).toMatchObject({ keda: { natsAccount: '$G' } });
});
