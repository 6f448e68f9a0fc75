import { expect, test } from 'vitest';
import { command, EXAMPLES, schemaLocations, template } from './helm.ts';

/** Their schemas are the operators', not Kubernetes'. */
const OF_OTHERS = 'ServiceMonitor,PrometheusRule,ScaledObject';

const conform = (location: string, objects: string) =>
  command('kubeconform', ['-strict', '-summary', '-skip', OF_OTHERS, '-schema-location', location], objects);

test('kubeconform - there is a version of Kubernetes to ask', () => {
  expect(Object.keys(schemaLocations())).not.toEqual([]);
});

test.each(
  Object.entries(schemaLocations()).flatMap(([version, location]) =>
    EXAMPLES.map((example) => [version, example, location] as const),
  ),
)('kubeconform - Kubernetes %s takes every object of example %s', async (_version, example, location) => {
  const { output: objects } = await template(example);
  const { ok, output } = await conform(location, objects);
  expect(output).toMatch(/Valid: [1-9]\d*, Invalid: 0, Errors: 0/);
  expect(ok).toBe(true);
});

test('kubeconform - an unknown key is seen', async () => {
  const [location = ''] = Object.values(schemaLocations());
  const { output: objects } = await template('try-out');
  const { ok, output } = await conform(location, objects.replace('  replicas: 1', '  replica: 1'));
  expect(output).toMatch(/Invalid: 1/);
  expect(ok).toBe(false);
});
