import { expect, test } from 'vitest';
import { unknownIn } from '../../promql.ts';
import { read } from '../source-tree.ts';

interface Panel {
  readonly title: string;
  readonly gridPos: { readonly x: number; readonly w: number };
  readonly targets?: readonly { readonly expr: string; readonly legendFormat: string }[];
}

const dashboard = JSON.parse(read('deploy/k8s/files/dashboard.json')) as {
  readonly panels: readonly Panel[];
};
const panels = dashboard.panels.filter(({ targets }) => targets !== undefined);

test('dashboard - each panel asks for metrics and labels that there are', () => {
  expect(panels.length).toBeGreaterThan(20);
  for (const { title, targets = [], gridPos } of panels) {
    expect(gridPos.x + gridPos.w, title).toBeLessThanOrEqual(24);
    for (const { expr, legendFormat } of targets) {
      expect(unknownIn(expr), title).toEqual([]);
      const shown = [...legendFormat.matchAll(/\{\{(\w+)\}\}/g)].map(([, label]) => label);
      for (const label of shown) expect(expr, title).toMatch(new RegExp(`by \\([^)]*\\b${label}\\b`));
    }
  }
});
