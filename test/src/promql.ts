import { METRICS } from '@stoxgate/runtime';

const ALL: Readonly<Record<string, { readonly kind: string; readonly labels: readonly string[] }>> = METRICS;
/** Labels that scraping adds. */
const SCRAPED = ['namespace', 'pod', 'job', 'app_kubernetes_io_component', 'le'];

/** Sentences about what a PromQL expression asks for that our metrics do not have. */
export function unknownIn(expression: string): string[] {
  const problems: string[] = [];
  const metrics = [...expression.matchAll(/\bstoxgate_\w+/g)].map(([name]) => {
    const family = ALL[name] === undefined ? name.replace(/_(bucket|sum|count)$/, '') : name;
    const metric = ALL[family];
    if (metric === undefined || (family !== name && metric.kind !== 'histogram'))
      problems.push(`no metric ${name}`);
    return metric;
  });
  const labels = new Set([...SCRAPED, ...metrics.flatMap((metric) => metric?.labels ?? [])]);
  const named = [
    ...[...expression.matchAll(/\bby \(([^)]*)\)/g)].flatMap(([, list = '']) => list.split(', ')),
    ...[...expression.matchAll(/([a-z_]+)="/g)].map(([, label = '']) => label),
  ];
  return [...problems, ...named.filter((label) => !labels.has(label)).map((label) => `no label ${label}`)];
}
