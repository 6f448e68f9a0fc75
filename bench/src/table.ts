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

/** The results as Markdown. */
export function tableOf(rows: readonly Row[]): string {
  const lines = [HEADERS, ...rows.map(cellsOf)];
  const widths = HEADERS.map((_, column) => Math.max(...lines.map((cells) => cells[column]?.length ?? 0)));
  const text = (cells: readonly string[]): string =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  const [head = '', ...body] = lines.map(text);
  return [head, text(widths.map((width) => '-'.repeat(width))), ...body].join('\n');
}
