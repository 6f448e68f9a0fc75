import { isMap, isSeq, LineCounter, type Node, parseDocument } from 'yaml';
import type { KeyPath } from './key-tree.ts';

export interface YamlSource {
  /** Plain data; keys without a value are left out, so that an empty section means its defaults. */
  readonly value: unknown;
  /** One sentence each, with file and line. */
  readonly problems: readonly string[];
  /** `config.yaml:12`, of the key at `path` or of the nearest enclosing one. */
  placeOf(path: KeyPath): string;
}

/** Reads YAML and remembers where everything stood. Total: bad YAML ends in `problems`. */
export function parseYaml(text: string, fileName: string): YamlSource {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const place = (offset: number | undefined): string =>
    offset === undefined ? fileName : `${fileName}:${lines.linePos(offset).line}`;
  const faults = [...document.errors, ...document.warnings].map(
    (fault) => `${place(fault.pos[0])}: not valid YAML: ${sentenceOf(fault.message)}`,
  );
  const { value, fault } = faults.length === 0 ? toData(document) : { value: undefined, fault: undefined };
  const problems = fault === undefined ? faults : [`${fileName}: not valid YAML: ${sentenceOf(fault)}`];
  return { value, problems, placeOf: (path) => place(offsetOf(document.contents, path)) };
}

function toData(document: ReturnType<typeof parseDocument>): { value?: unknown; fault?: string } {
  try {
    return { value: withoutBlanks(document.toJS()) };
  } catch (error) {
    return { fault: error instanceof Error ? error.message : String(error) };
  }
}

const sentenceOf = (message: string): string => `${message.replace(/[.:\s]+$/, '')}.`;

function withoutBlanks(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutBlanks);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, child]) => child !== null)
      .map(([name, child]) => [name, withoutBlanks(child)]),
  );
}

function offsetOf(root: Node | null, path: KeyPath): number | undefined {
  let node: unknown = root;
  let offset: number | undefined;
  for (const segment of path) {
    if (isMap(node)) {
      const pair = node.items.find((item) => String(item.key) === String(segment));
      if (pair === undefined) return offset;
      offset = (pair.key as Node | null)?.range?.[0] ?? offset;
      node = pair.value;
    } else if (isSeq(node)) {
      node = node.items[Number(segment)];
      offset = (node as Node | undefined)?.range?.[0] ?? offset;
    } else {
      return offset;
    }
  }
  return offset;
}
