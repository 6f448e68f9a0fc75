import { METRICS } from '../metrics.ts';

const HEAD = `# Metrics

This page is generated from the catalogue in \`packages/runtime/src/metrics.ts\` (\`npm run generate\`).
\`GET /metrics\` on the admin port gives them as Prometheus text, or as OpenMetrics with exemplars (tracing.md) for who asks for it. A metric appears
once there is something to tell.

| Metric | Kind | Labels | Meaning |
|---|---|---|---|
`;

/** docs/operate/metrics.md. */
export const metricsPage = (): string =>
  HEAD +
  Object.entries(METRICS)
    .map(([name, { kind, labels, help }]) => {
      const labelList = labels.map((label) => `\`${label}\``).join(', ');
      return `| \`${name}\` | ${kind} | ${labelList} | ${help} |\n`;
    })
    .join('');
