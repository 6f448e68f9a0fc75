/**
 * Every ladder in `test/flows`, played against the core.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parseFlow } from '../../flow/flow-file.ts';
import { playFlow } from '../../flow/play-flow.ts';

const FLOWS = new URL('../../../flows/', import.meta.url);
const read = (name: string): string => readFileSync(new URL(name, FLOWS), 'utf8');
const files = readdirSync(FLOWS, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.flow'))
  .sort();

describe('flows', () => {
  test('flows - there are some', () => {
    expect(files.length).toBeGreaterThan(0);
  });

  test.each(files)('flows - %s', (name) => {
    const flow = parseFlow(read(name), (part) => read(`parts/${part}.part`));
    expect(flow.title).not.toBe('');
    expect(playFlow(flow)).toBeUndefined();
  });
});
