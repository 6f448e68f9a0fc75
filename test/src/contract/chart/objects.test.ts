import { ROLES } from '@stoxgate/runtime';
import { describe, expect, test } from 'vitest';
import { CHART, chartFile, command, EXAMPLES, exampleFile, objectsOf } from './helm.ts';
import { containerOf, ofKind, roleOf, rolesOf, selected, workloadsOf } from './kubernetes.ts';

const kebab = (key: string): string => key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

test('chart - helm lint --strict finds nothing in the defaults', async () => {
  const { ok, output } = await command('helm', ['lint', '--strict', CHART]);
  expect(output).toContain('1 chart(s) linted, 0 chart(s) failed');
  expect(ok).toBe(true);
});

test('chart - its roles are those of the program, each in one of the examples', async () => {
  const { roles } = chartFile<{ roles: Record<string, unknown> }>('values.yaml');
  expect(Object.keys(roles).map(kebab).sort()).toEqual([...ROLES].sort());
  const seen = await Promise.all(EXAMPLES.map(async (name) => rolesOf(await objectsOf(name)).map(roleOf)));
  expect([...new Set(seen.flat())].sort()).toEqual([...ROLES].sort());
});

test('chart - its version is that of the program', () => {
  const { version } = chartFile<{ version: string }>('../../package.json');
  expect(chartFile('Chart.yaml')).toMatchObject({ version, appVersion: version });
});

describe.each(EXAMPLES)('chart, example %s', (example) => {
  test('helm lint --strict finds nothing', async () => {
    const { ok, output } = await command('helm', [
      'lint',
      '--strict',
      CHART,
      '--values',
      exampleFile(example),
    ]);
    expect(output).toContain('1 chart(s) linted, 0 chart(s) failed');
    expect(ok).toBe(true);
  });

  test('each workload selects its own pods and no others', async () => {
    const objects = await objectsOf(example);
    expect(workloadsOf(objects).length).toBeGreaterThan(0);
    for (const workload of workloadsOf(objects)) {
      expect(selected(objects, workload.spec.selector.matchLabels)).toEqual([workload]);
    }
  });

  test('each Service leads to ports that the pods of one workload have', async () => {
    const objects = await objectsOf(example);
    for (const { metadata, spec } of ofKind(objects, 'Service')) {
      const [workload, ...others] = selected(objects, spec.selector);
      expect(others).toEqual([]);
      const ports = containerOf(workload!).ports ?? [];
      for (const { targetPort, protocol, port, nodePort = port } of spec.ports) {
        const found = ports.find(({ name }) => name === targetPort);
        expect(found, `${metadata.name}: ${targetPort}`).toMatchObject({ protocol });
        // What SIP says of itself must hold outside too.
        if (metadata.labels['app.kubernetes.io/name'] === 'stoxgate') {
          expect([port, nodePort]).toEqual([found?.containerPort, found?.containerPort]);
        }
      }
    }
  });

  test('each role has a headless Service, and a StatefulSet names its own', async () => {
    const objects = await objectsOf(example);
    const services = ofKind(objects, 'Service').map(({ metadata }) => metadata.name);
    for (const { kind, metadata, spec } of rolesOf(objects)) {
      expect(services).toContain(metadata.name);
      if (kind === 'StatefulSet') expect(spec.serviceName).toBe(metadata.name);
    }
  });

  test('each role has a PodDisruptionBudget that selects it', async () => {
    const objects = await objectsOf(example);
    const guarded = ofKind(objects, 'PodDisruptionBudget').map(({ spec }) =>
      selected(objects, spec.selector.matchLabels).map(({ metadata }) => metadata.name),
    );
    expect(guarded.sort()).toEqual(
      rolesOf(objects)
        .map(({ metadata }) => [metadata.name])
        .sort(),
    );
  });

  test('what scales has a target, whose replicas nobody else sets', async () => {
    const objects = await objectsOf(example);
    for (const { spec } of ofKind(objects, 'HorizontalPodAutoscaler', 'ScaledObject')) {
      const { kind, name } = spec.scaleTargetRef;
      const target = ofKind(objects, kind).find(({ metadata }) => metadata.name === name);
      expect(target).toBeDefined();
      expect(target?.spec.replicas).toBeUndefined();
      expect((spec.triggers ?? spec.metrics).length).toBeGreaterThan(0);
    }
  });

  test('each role is probed where it listens, and given the time that it needs to drain', async () => {
    for (const workload of rolesOf(await objectsOf(example))) {
      const container = containerOf(workload);
      const probes = ['startupProbe', 'livenessProbe', 'readinessProbe'] as const;
      expect(probes.map((name) => container[name]?.httpGet)).toEqual([
        { path: '/livez', port: 'admin' },
        { path: '/livez', port: 'admin' },
        { path: '/readyz', port: 'admin' },
      ]);
      expect(container.ports?.map(({ name }) => name)).toContain('admin');
      const drainSeconds = example === 'production' ? 60 : 30;
      expect(workload.spec.template.spec.terminationGracePeriodSeconds).toBe(drainSeconds + 20);
    }
  });

  test('no pod may do more than it needs', async () => {
    for (const { spec } of workloadsOf(await objectsOf(example))) {
      const pod = spec.template.spec;
      expect(pod).toMatchObject({
        automountServiceAccountToken: false,
        enableServiceLinks: false,
        securityContext: { runAsNonRoot: true, runAsUser: 65532, seccompProfile: { type: 'RuntimeDefault' } },
      });
      for (const { securityContext } of pod.containers) {
        expect(securityContext).toEqual({
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ['ALL'] },
        });
      }
    }
  });

  test('every volume that is mounted exists, and its objects are the release’s or the operator’s', async () => {
    const objects = await objectsOf(example);
    const made = ofKind(objects, 'ConfigMap', 'Secret').map(({ metadata }) => metadata.name);
    const given = ['stoxgate', 'stoxgate-sip-tls'];
    for (const { spec } of workloadsOf(objects)) {
      const { volumes = [], containers } = spec.template.spec;
      const names = volumes.map(({ name }) => name);
      for (const { name } of containers.flatMap(({ volumeMounts = [] }) => volumeMounts))
        expect(names).toContain(name);
      for (const { configMap, secret } of volumes) {
        const source = configMap?.name ?? secret?.secretName;
        if (source !== undefined) expect([...made, ...given]).toContain(source);
      }
    }
  });
});
