/**
 * The configuration's keys as a tree: the JSON schema of what an operator may write.
 */
import { z } from 'zod';
import { Config } from './schema.ts';

export interface KeyNode {
  readonly type?: 'object' | 'array' | 'string' | 'number' | 'integer' | 'boolean';
  readonly properties?: Readonly<Record<string, KeyNode>>;
  readonly items?: KeyNode;
  readonly required?: readonly string[];
  readonly enum?: readonly unknown[];
  readonly default?: unknown;
  readonly description?: string;
  readonly examples?: readonly unknown[];
  /** A secret. */
  readonly writeOnly?: boolean;
}

export type KeyPath = readonly (string | number)[];

export const KEY_TREE = z.toJSONSchema(Config, { io: 'input' }) as KeyNode;

/** The node at `path`, or undefined when there is no such key. */
export function nodeAt(path: KeyPath): KeyNode | undefined {
  let node: KeyNode | undefined = KEY_TREE;
  for (const segment of path) {
    node = typeof segment === 'number' ? node?.items : ownProperty(node, segment);
  }
  return node;
}

const ownProperty = (node: KeyNode | undefined, name: string): KeyNode | undefined =>
  node?.properties !== undefined && Object.hasOwn(node.properties, name) ? node.properties[name] : undefined;

/** `xmpp.components[0].secret`. */
export const formatPath = (path: KeyPath): string =>
  path
    .map((segment, at) => (typeof segment === 'number' ? `[${segment}]` : at === 0 ? segment : `.${segment}`))
    .join('');

export interface Leaf {
  readonly path: KeyPath;
  readonly node: KeyNode;
}

/** Every key that holds a value, in the order of the schema; entries of a list of sections stand at index 0. */
export function leaves(node: KeyNode = KEY_TREE, path: KeyPath = []): readonly Leaf[] {
  if (node.properties !== undefined) {
    return Object.entries(node.properties).flatMap(([name, child]) => leaves(child, [...path, name]));
  }
  if (node.items?.properties !== undefined) return leaves(node.items, [...path, 0]);
  return [{ path, node }];
}
