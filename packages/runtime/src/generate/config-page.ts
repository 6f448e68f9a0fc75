import { formatPath, KEY_TREE, type KeyNode, type KeyPath } from '../config/key-tree.ts';

const HEAD = `# Configuration

This page is generated from the schema (\`npm run generate\`), as are \`config.example.yaml\` and
[config.schema.json](config.schema.json), which editors can use to complete and check the file.

To begin, copy \`config.example.yaml\` to \`stoxgate.yaml\`, set \`xmpp.domains\` and \`xmpp.components\`, and run
\`npx stoxgate --config stoxgate.yaml\`. \`--check-config\` only checks; \`--print-config\` shows the values in force,
without secrets.

What counts, the later over the earlier: the defaults below, the file, the environment, secret files.

- **Environment.** \`STOXGATE_\`, then the key in upper case with \`__\` for each dot: \`sip.listen_port\` is
  \`STOXGATE_SIP__LISTEN_PORT\`. Lists are written with commas or as JSON. Entries of a list of sections go by number:
  \`STOXGATE_XMPP__COMPONENTS__0__SECRET\`. Names beginning with \`STOXGATE_TEST_\` are left to the tests.
- **Secrets.** \`secret_file\` and \`password_file\` name a file, relative to the configuration file. In the environment any
  key takes \`_FILE\`: \`STOXGATE_BUS_FILE=/run/secrets/nats-url\`. The last line break of the file is dropped.
- **Strict.** An unknown key, a wrong type or a value out of range is refused at start (exit code 2), each with its line,
  all at once. The configuration is read once, at start.
- **One process or several.** \`bus\` and \`store\` are both \`memory\` (role \`all\` only) or both servers.
`;

/** docs/operate/config.md. */
export function configPage(): string {
  const top = Object.entries(KEY_TREE.properties ?? {});
  const single = top.filter(([, node]) => node.properties === undefined);
  const sections = top.filter(([, node]) => node.properties !== undefined);
  return [
    HEAD,
    ...sections.map(([name, node]) => section([name], node)),
    `## Bus, store and process\n\n${table(single.map(([name, node]) => row([name], node)))}`,
  ].join('\n');
}

function section(path: KeyPath, node: KeyNode): string {
  return `## \`${formatPath(path)}\`\n\n${node.description ?? ''}\n\n${table(rowsOf(path, node))}`;
}

function rowsOf(path: KeyPath, node: KeyNode): string[] {
  return Object.entries(node.properties ?? {}).flatMap(([name, child]) => {
    const here = [...path, name];
    if (child.properties !== undefined) return rowsOf(here, child);
    const own = row(here, child);
    return child.items?.properties === undefined ? [own] : [own, ...rowsOf(here, child.items)];
  });
}

const table = (rows: readonly string[]): string =>
  `| Key | Value | Default | Meaning |\n|---|---|---|---|\n${rows.join('\n')}\n`;

function row(path: KeyPath, node: KeyNode): string {
  const standing = node.default === undefined ? (isRequired(path) ? 'required' : '–') : code(node.default);
  const example = node.examples?.[0] === undefined ? '' : ` For example ${code(node.examples[0])}.`;
  return `| \`${path.slice(1).join('.') || path.join('.')}\` | ${typeOf(node)} | ${standing} | ${node.description ?? ''}${example} |`;
}

const code = (value: unknown): string =>
  value === '' ? 'empty' : `\`${JSON.stringify(value).replace(/^"|"$/g, '')}\``;

function isRequired(path: KeyPath): boolean {
  let node: KeyNode | undefined = KEY_TREE;
  for (const segment of path.slice(0, -1)) {
    const child: KeyNode | undefined = node?.properties?.[String(segment)];
    node = child?.items ?? child;
  }
  return node?.required?.includes(String(path.at(-1))) ?? false;
}

function typeOf(node: KeyNode): string {
  if (node.enum !== undefined) return node.enum.map(String).join(', ');
  switch (node.type) {
    case 'array':
      return node.items?.properties === undefined
        ? `list of ${typeOf(node.items ?? {})}`
        : 'list of sections';
    case 'integer':
      return 'whole number';
    case 'string':
      return 'text';
    default:
      return node.type ?? 'text';
  }
}
