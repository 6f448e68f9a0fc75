import { expect, test } from 'vitest';
import { read, sourceFiles, workspaces } from './source-tree.ts';

/** Attributes of spans, as code sets them; the names of ports are written alike. */
const ATTRIBUTE = /'((?:stoxgate|sip|xmpp|jingle|media|bosh)\.(?!\w*_port')[a-z_]+)':/g;

test('traces - every attribute of a span is in docs/operate/tracing.md, and every one there is set', () => {
  const shipped = [...workspaces('services'), 'packages/runtime'].flatMap((workspace) =>
    sourceFiles(`${workspace}/src`).filter(({ isTest }) => !isTest),
  );
  const set = new Set(
    shipped.flatMap(({ text }) => [...text.matchAll(ATTRIBUTE)].map(([, name]) => name ?? '')),
  );
  const [, table = ''] = read('docs/operate/tracing.md').split('## By what they are found');
  const rows = table.split('\n').filter((line) => line.startsWith('| `'));
  const documented = rows.flatMap((row) =>
    [...(row.split('|')[1] ?? '').matchAll(/`([^`]+)`/g)].map(([, name]) => name ?? ''),
  );
  expect([...documented].sort()).toEqual([...set].sort());
});
