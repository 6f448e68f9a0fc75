import type { Capacity } from './capacity.ts';
import type { Result } from './run.ts';

/** One line of the table. */
export interface Row {
  readonly deployment: string;
  readonly workload: string;
  /** The highest clean run; undefined when there was none. */
  readonly best: Result | undefined;
  /** The run at half that rate. */
  readonly half: Result | undefined;
  /** Resident memory of the gateway's processes after the runs. */
  readonly residentMiB: number;
}

const HEADERS = ['deployment', 'workload', 'clean/s', 'p50 ms', 'p99 ms', 'CPU ms', 'stubs', 'RSS MiB'];

const cellsOf = ({ deployment, workload, best, half, residentMiB }: Row): readonly string[] => [
  deployment,
  workload,
  String(best?.offeredPerSecond ?? 'none'),
  half?.p50Ms.toFixed(2) ?? '-',
  half?.p99Ms.toFixed(2) ?? '-',
  half?.cpuMsPerUnit.toFixed(3) ?? '-',
  best === undefined ? '-' : `${Math.round(best.stubShare * 100)} %`,
  residentMiB.toFixed(0),
];

/** Rows of cells as a Markdown table. */
function markdown(headers: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [headers, ...rows];
  const widths = headers.map((_, column) => Math.max(...lines.map((cells) => cells[column]?.length ?? 0)));
  const text = (cells: readonly string[]): string =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  const [head = '', ...body] = lines.map(text);
  return [head, text(widths.map((width) => '-'.repeat(width))), ...body].join('\n');
}

/** Rates, latencies and CPU time. */
export const tableOf = (rows: readonly Row[]): string => markdown(HEADERS, rows.map(cellsOf));

/** Memory, and the growth of cost. */
export const capacityTableOf = (rows: readonly (Capacity & { readonly deployment: string })[]): string =>
  markdown(
    ['deployment', 'for each', 'came up', 'a second', 'bytes', 'CPU ms of a call, with so many up', 'stuck'],
    rows.map(({ deployment, what, count, up, perSecond, bytesPerUnit, costs, stuck }) => [
      deployment,
      what,
      `${up} of ${count}`,
      perSecond.toFixed(0),
      bytesPerUnit.toFixed(0),
      costs.map((cost) => `${cost.cpuMs.toFixed(3)} (${cost.up})`).join(', ') || '-',
      String(stuck),
    ]),
  );
