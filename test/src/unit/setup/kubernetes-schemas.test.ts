import { expect, test } from 'vitest';
import { standaloneSchemas } from '../../../../setup/kubernetes-schemas.mjs';

const is = (kind: string, group: string, version: string): object => ({
  'x-kubernetes-group-version-kind': [{ kind, group, version }],
});

test('setup - a schema has what it needs, directly or not, and nothing else', () => {
  const reference = { $ref: '#/$defs/spec' };
  const definitions = {
    pod: { ...is('Pod', '', 'v1'), properties: { spec: reference } },
    policy: { ...is('NetworkPolicy', 'networking.k8s.io', 'v1'), properties: {} },
    other: { ...is('Lease', 'coordination.k8s.io', 'v1') },
    spec: { items: { $ref: '#/$defs/container' }, properties: { again: reference } },
    container: { type: 'string' },
  };
  const schemas = standaloneSchemas(definitions);
  expect(Object.keys(schemas)).toEqual(['pod-v1.json', 'networkpolicy-networking-v1.json']);
  const { pod, spec, container } = definitions;
  expect(schemas['pod-v1.json']).toEqual({ $ref: '#/$defs/pod', $defs: { spec, container, pod } });
});
