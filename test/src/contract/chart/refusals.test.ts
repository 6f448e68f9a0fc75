/**
 * What the chart refuses before anything is installed, in sentences of its own or by its schema.
 */
import { expect, test } from 'vitest';
import { template } from './helm.ts';

test.each<[string, string | undefined, object, string]>([
  ['no domains', undefined, {}, 'config.xmpp.domains is empty'],
  [
    'split without NATS',
    'single',
    { mode: 'split' },
    'mode split needs NATS and Redis: set nats.url and redis.url',
  ],
  ['a bus of its own', 'try-out', { 'config.bus': 'nats://h' }, 'use nats.url and redis.url'],
  [
    'a key of no Secret',
    'node-port',
    { 'secrets.existingSecret': '' },
    'are keys of secrets.existingSecret, which is empty',
  ],
  [
    'a balancer of which nobody knows',
    'try-out',
    { 'sip.exposure.type': 'LoadBalancer' },
    'needs sip.exposure.advertisedHost',
  ],
  ['a NodePort that is any', 'try-out', { 'sip.exposure.type': 'NodePort' }, 'needs sip.exposure.nodePort'],
  [
    'balancers for each that are one',
    'production',
    { 'sip.exposure.advertisedHost': 'sip.example.org' },
    'needs $(POD_NAME)',
  ],
  [
    'each its own without balancers',
    'production',
    { 'sip.exposure.type': 'HostNetwork' },
    'sip.exposure.perPod is for',
  ],
  [
    'a scale without a measure',
    'production',
    { 'roles.sipEdge.autoscaling.cpu': 0 },
    'autoscaling needs cpu, calls or lag',
  ],
  [
    'lag without KEDA',
    'production',
    { 'roles.translator.autoscaling.by': 'hpa' },
    'autoscaling.lag needs by: keda',
  ],
  [
    'many of one process',
    'single',
    { 'roles.all.autoscaling': { enabled: true } },
    'mode single is one process',
  ],
])('chart - refused: %s', async (_what, example, values, sentence) => {
  const { ok, output } = await template(example, values);
  expect(output).toContain(sentence);
  expect(ok).toBe(false);
});

test.each([
  ['config.sip.listen-port', { 'config.sip': { 'listen-port': 5060 } }, 'listen-port'],
  ['config.calls.ring_timeout', { 'config.calls': { ring_timeout: 'long' } }, 'ring_timeout'],
  ['replicas of nobody', { 'roles.sipedge': { replicas: 2 } }, 'sipedge'],
  ['sip.exposure.type', { 'sip.exposure.type': 'Ingress' }, 'LoadBalancer'],
])('chart - its schema refuses %s', async (_what, values, word) => {
  const { ok, output } = await template('try-out', values);
  expect(output).toContain("values don't meet the specifications of the schema");
  expect(output).toContain(word);
  expect(ok).toBe(false);
});
