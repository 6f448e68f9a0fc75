/**
 * Schema issues as sentences for an operator.
 */
import type { z } from 'zod';
import { formatPath, type KeyPath, leaves, nodeAt } from './key-tree.ts';
import { nearest } from './nearest.ts';

export interface Problem {
  readonly path: KeyPath;
  /** Follows the place: `config.yaml:7: …`. */
  readonly sentence: string;
}

/** One problem per thing that is wrong. `root` is the data that was checked, for quoting what was found. */
export function problemsOf(issue: z.core.$ZodIssue, root: unknown): readonly Problem[] {
  const path = issue.path.filter((segment) => typeof segment !== 'symbol');
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({ path: [...path, key], sentence: unknownKey(path, key) }));
  }
  const name = formatPath(path) || 'the configuration';
  const found = valueAt(root, path);
  if (found === undefined) return [{ path, sentence: missing(name, path) }];
  const quoted = nodeAt(path)?.writeOnly === true ? '' : `; found ${quote(found)}`;
  return [{ path, sentence: `${name} ${requirement(issue, found)}${quoted}.` }];
}

function unknownKey(section: KeyPath, key: string): string {
  const siblings = Object.keys(nodeAt(section)?.properties ?? {});
  const close = nearest(key, siblings);
  const name = formatPath([...section, key]);
  if (close !== undefined) return `unknown key ${name}; did you mean ${close}?`;
  const home = leaves().find((leaf) => leaf.path.at(-1) === key && leaf.path.length > 1);
  if (home !== undefined)
    return `unknown key ${name}; it belongs under ${formatPath(home.path.slice(0, -1))}.`;
  return `unknown key ${name}; the keys here are ${siblings.join(', ')}.`;
}

function missing(name: string, path: KeyPath): string {
  const needs = nodeAt(path)?.required ?? [];
  return needs.length === 0 ? `${name} is missing.` : `${name} is missing; it needs ${needs.join(' and ')}.`;
}

function requirement(issue: z.core.$ZodIssue, found: unknown): string {
  switch (issue.code) {
    case 'invalid_type':
      return wrongType(issue.expected, found);
    case 'invalid_value':
      return `must be ${oneOf(issue.values.map(String))}`;
    case 'too_small':
      return tooSmall(issue);
    case 'too_big':
      return `must be ${issue.inclusive === false ? 'less than' : 'at most'} ${issue.maximum}`;
    default:
      return `is wrong: ${issue.message}`;
  }
}

function wrongType(expected: string, found: unknown): string {
  switch (expected) {
    case 'string':
      return typeof found === 'number' || typeof found === 'boolean'
        ? 'must be text: put it in quotes'
        : 'must be text';
    case 'int':
      return 'must be a whole number';
    case 'number':
      return 'must be a number';
    case 'array':
      return 'must be a list, such as [a, b]';
    case 'object':
      return 'must be a section with keys of its own';
    default:
      return `must be a ${expected}`;
  }
}

function tooSmall(issue: z.core.$ZodIssueTooSmall): string {
  if (issue.origin === 'array') return 'needs at least one entry';
  if (issue.origin === 'string') return 'must not be empty';
  return `must be ${issue.inclusive === false ? 'more than' : 'at least'} ${issue.minimum}`;
}

const oneOf = (words: readonly string[]): string =>
  words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`;

function quote(value: unknown): string {
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list';
  if (typeof value === 'object' && value !== null) return 'a section';
  return JSON.stringify(value).slice(0, 60);
}

function valueAt(root: unknown, path: KeyPath): unknown {
  let value = root;
  for (const segment of path) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = (value as Record<string | number, unknown>)[segment];
  }
  return value;
}
