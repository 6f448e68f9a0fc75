import { stringify } from 'yaml';
import { KEY_TREE, type KeyNode } from '../config/key-tree.ts';

const HEAD = `# Stoxgate configuration: every key with its default. docs/operate/config.md has the same as tables.
# Needed are xmpp.domains and xmpp.components; whatever else is left out keeps its default.
# Each key can also come from the environment: sip.listen_port is STOXGATE_SIP__LISTEN_PORT.
`;

/** config.example.yaml: it loads as it stands. Keys that are off by default are commented out. */
export const exampleYaml = (): string => `${HEAD}\n${sectionLines(KEY_TREE, '').join('\n')}\n`;

interface Row {
  readonly text: string;
  readonly comment: string;
  readonly off: boolean;
}

function sectionLines(section: KeyNode, indent: string, isWhole = false): string[] {
  const lines: string[] = [];
  let rows: Row[] = [];
  const isTop = indent === '' && section.properties?.xmpp !== undefined;
  const flush = (): void => {
    if (isTop && lines.length > 0 && rows.length > 0) lines.push('');
    lines.push(...aligned(rows).map((row) => indent + row));
    rows = [];
  };
  for (const [name, node] of Object.entries(section.properties ?? {})) {
    if (node.properties === undefined && node.items?.properties === undefined) {
      rows.push(rowOf(name, node, isWhole));
      continue;
    }
    flush();
    if (isTop && lines.length > 0) lines.push('');
    lines.push(`${indent}# ${node.description ?? ''}`);
    if (node.items === undefined) lines.push(`${indent}${name}:`, ...sectionLines(node, `${indent}  `));
    else lines.push(...listLines(name, node, node.items).map((line) => indent + line));
  }
  flush();
  return lines;
}

function aligned(rows: readonly Row[]): string[] {
  const texts = rows.map((row) => (row.off ? `# ${row.text}` : row.text));
  const width = Math.max(0, ...texts.map((text) => text.length));
  return rows.map((row, at) => `${(texts[at] ?? '').padEnd(width)} # ${row.comment}`);
}

/** An empty list is followed by a commented entry that shows all its keys. */
function listLines(name: string, node: KeyNode, entry: KeyNode): string[] {
  const isEmpty = Array.isArray(node.default) && node.default.length === 0;
  const body = sectionLines(entry, '', isEmpty).map((line, at) => `${at === 0 ? '- ' : '  '}${line}`);
  return isEmpty
    ? [`${name}: []`, ...body.map((line) => `#   ${line}`)]
    : [`${name}:`, ...body.map((line) => `  ${line}`)];
}

function rowOf(name: string, node: KeyNode, isWhole: boolean): Row {
  const hasDefault = node.default !== undefined;
  const isNeeded =
    (node.writeOnly === true && node.examples !== undefined) || name === 'domain' || name === 'domains';
  const example = inline(node.examples?.[0] ?? '');
  const hint = hasDefault && node.examples !== undefined ? ` Such as ${example}.` : '';
  const choices = (node.enum?.length ?? 0) > 1 ? ` One of: ${node.enum?.join(', ')}.` : '';
  return {
    text: `${name}: ${hasDefault ? inline(node.default) : example}`,
    comment: `${node.description ?? ''}${choices}${hint}`,
    off: !hasDefault && !isNeeded && !isWhole,
  };
}

const inline = (value: unknown): string =>
  stringify(value, { collectionStyle: 'flow', flowCollectionPadding: false, lineWidth: 0 }).trimEnd();
