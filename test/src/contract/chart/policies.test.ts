/**
 * The arrows of ARCHITECTURE.md as network policies.
 */
import { describe, expect, test } from 'vitest';
import { EXAMPLES, objectsOf } from './helm.ts';
import {
  type Kubernetes,
  ofKind,
  type PolicyRule,
  roleOf,
  rolesOf,
  selected,
  workloadsOf,
} from './kubernetes.ts';

const portsOf = (rules: readonly PolicyRule[]): string[] =>
  rules
    .flatMap(({ ports = [] }) => ports)
    .map(({ port = 'any', protocol }) => `${port}/${protocol}`)
    .sort();

const policyOf = (objects: readonly Kubernetes[], role: string): Kubernetes =>
  ofKind(objects, 'NetworkPolicy').find((object) => roleOf(object) === role)!;

describe.each(EXAMPLES)('chart, example %s', (example) => {
  test('each role and the helm test has one policy, for both directions', async () => {
    const objects = await objectsOf(example);
    for (const role of [...rolesOf(objects).map(roleOf), 'test']) {
      expect(ofKind(objects, 'NetworkPolicy').filter((object) => roleOf(object) === role)).toHaveLength(1);
      expect(policyOf(objects, role).spec.policyTypes).toEqual(['Ingress', 'Egress']);
    }
  });

  test('where a role may go inside, its goal lets it in', async () => {
    const objects = await objectsOf(example);
    for (const { metadata, spec } of ofKind(objects, 'NetworkPolicy')) {
      for (const { to = [], ports = [] } of spec.egress ?? []) {
        for (const { podSelector } of to) {
          if (podSelector === undefined) continue;
          const goals = selected(objects, podSelector.matchLabels);
          expect(goals.length, metadata.name).toBeGreaterThan(0);
          for (const goal of goals) {
            const open = policyOf(objects, roleOf(goal)).spec.ingress;
            const numbers = (goal.spec.template.spec.containers[0]?.ports ?? []).filter(
              ({ name, containerPort }) =>
                portsOf(open).some((port) => port === `${name}/TCP` || port === `${containerPort}/TCP`),
            );
            expect(
              ports.some(({ port }) => numbers.some(({ containerPort }) => containerPort === port)),
            ).toBe(true);
          }
        }
      }
    }
  });

  test('named ports of a policy are those of its pods', async () => {
    const objects = await objectsOf(example);
    for (const { spec } of ofKind(objects, 'NetworkPolicy')) {
      const own = selected(objects, spec.podSelector.matchLabels).flatMap(
        (workload) => workload.spec.template.spec.containers[0]?.ports ?? [],
      );
      const named = spec.ingress
        .flatMap(({ ports = [] }) => ports)
        .filter(({ port }) => typeof port === 'string');
      for (const { port, protocol } of named)
        expect(own).toContainEqual(expect.objectContaining({ name: port, protocol }));
    }
  });
});

const DNS = ['53/TCP', '53/UDP'];
const SERVERS = ['4222/TCP', '6379/TCP'];

test('chart - each role may go where its work is, and nowhere else', async () => {
  const objects = [...(await objectsOf('try-out')), ...(await objectsOf('host-network'))];
  const traces = ['4318/TCP'];
  expect(
    Object.fromEntries(
      ['translator', 'session-store', 'sip-edge', 'xmpp-edge', 'media-edge', 'msrp-edge'].map((role) => [
        role,
        portsOf(policyOf(objects, role).spec.egress),
      ]),
    ),
  ).toEqual({
    translator: [...traces, ...SERVERS, ...DNS].sort(),
    'session-store': [...traces, ...SERVERS, ...DNS].sort(),
    'sip-edge': [...traces, ...SERVERS, ...DNS, 'any/TCP', 'any/UDP'].sort(),
    'xmpp-edge': [...traces, ...SERVERS, ...DNS, '5347/TCP'].sort(),
    'media-edge': [...traces, ...SERVERS, ...DNS, '22222/UDP'].sort(),
    'msrp-edge': [...SERVERS, ...DNS, 'any/TCP'].sort(),
  });
  const phones = await objectsOf('node-port');
  expect(portsOf(policyOf(phones, 'bosh-edge').spec.egress)).toEqual(
    [...SERVERS, ...DNS, '443/TCP', '5222/TCP', '5223/TCP', '5280/TCP', '5281/TCP'].sort(),
  );
  const client = { transport: 'client', bosh_url: '', client_url: 'xmpp://xmpp.example.org' };
  const connected = await objectsOf('node-port', { 'config.phones': client });
  expect(rolesOf(connected).map(roleOf)).toContain('bosh-edge');
  const nowhere = await objectsOf('node-port', { 'config.phones': { ...client, client_url: '' } });
  expect(rolesOf(nowhere).map(roleOf)).not.toContain('bosh-edge');
});

test('chart - only edges that speak to the outside are open to it', async () => {
  const open = (objects: readonly Kubernetes[]) =>
    Object.fromEntries(
      rolesOf(objects).map((role) => [
        roleOf(role),
        portsOf(policyOf(objects, roleOf(role)).spec.ingress.filter(({ from }) => from === undefined)),
      ]),
    );
  expect(open(await objectsOf('host-network'))).toEqual({
    translator: [],
    'session-store': [],
    'sip-edge': ['sip-tcp/TCP', 'sip-udp/UDP'],
    'xmpp-edge': [],
    'msrp-edge': ['msrp/TCP'],
  });
  // In production the proxy's network alone may send.
  expect(open(await objectsOf('production'))['sip-edge']).toEqual([]);
  const { ingress } = policyOf(await objectsOf('production'), 'sip-edge').spec;
  expect(portsOf(ingress)).toEqual(['admin/TCP', 'sip-tcp/TCP', 'sip-udp/UDP', 'sips/TCP']);
});

test('chart - without policies nothing is left of them', async () => {
  const objects = await objectsOf('try-out', { 'networkPolicy.enabled': false });
  expect(ofKind(objects, 'NetworkPolicy')).toEqual([]);
  expect(workloadsOf(objects).length).toBeGreaterThan(0);
});
