/**
 * Configuration from the environment: `STOXGATE_SIP__LISTEN_PORT=5600` is `sip.listen_port`. Lists are written with
 * commas or as JSON; entries of a list of sections by index: `STOXGATE_XMPP__COMPONENTS__0__SECRET`. A name ending in
 * `_FILE` gives the file that holds the value.
 */
import { readFileSync } from 'node:fs';
import { type KeyNode, type KeyPath, leaves, nodeAt } from './key-tree.ts';
import { nearest } from './nearest.ts';

const PREFIX = 'STOXGATE_';

export type Environment = Readonly<Record<string, string | undefined>>;

export interface Assignment {
  readonly name: string;
  readonly path: KeyPath;
  readonly value: unknown;
}

export interface EnvironmentSource {
  readonly assignments: readonly Assignment[];
  readonly problems: readonly string[];
}

/** Reads every `STOXGATE_*` variable. Values that do not fit are left as text for the schema to refuse. */
export function readEnvironment(env: Environment): EnvironmentSource {
  const assignments: Assignment[] = [];
  const problems: string[] = [];
  for (const [name, text] of Object.entries(env).sort()) {
    if (text === undefined || !name.startsWith(PREFIX)) continue;
    const path = pathOf(name);
    const node = nodeAt(path);
    if (node !== undefined) assignments.push({ name, path, value: parseValue(text, node) });
    else if (!name.endsWith('_FILE') || !readIndirect(name, text, assignments, problems)) {
      if (!isForOthers(name, text)) problems.push(unknownName(name));
    }
  }
  return { assignments, problems };
}

const pathOf = (name: string): KeyPath =>
  name
    .slice(PREFIX.length)
    .toLowerCase()
    .split('__')
    .map((segment) => (/^\d{1,3}$/.test(segment) ? Number(segment) : segment));

const nameOf = (path: KeyPath): string => PREFIX + path.join('__').toUpperCase();

/**
 * Test settings; and what Kubernetes puts into every pod beside a Service called `stoxgate…`
 * (`STOXGATE_SIP_PORT=tcp://10.0.0.1:5600`). Mistyped keys look different, so they are still noticed.
 */
const isForOthers = (name: string, text: string): boolean =>
  name.startsWith(`${PREFIX}TEST_`) ||
  /_SERVICE_(HOST|PORT(_[A-Z0-9_]+)?)$|_PORT_\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?$/.test(name) ||
  (name.endsWith('_PORT') && /^(tcp|udp|sctp):\/\//.test(text));

function unknownName(name: string): string {
  const known = leaves().map((leaf) => nameOf(leaf.path));
  const close = nearest(name, known) ?? nearest(name.replace(/(?<!_)_(?!_)/, '__'), known);
  const advice = close === undefined ? 'see docs/operate/config.md' : `did you mean ${close}?`;
  return `environment ${name}: unknown key; ${advice}${close === undefined ? '.' : ''}`;
}

/** Whether `name` without `_FILE` is a key; if so its value is read from the file. */
function readIndirect(name: string, file: string, assignments: Assignment[], problems: string[]): boolean {
  const path = pathOf(name.slice(0, -'_FILE'.length));
  const node = nodeAt(path);
  if (node === undefined) return false;
  const read = readSecret(file);
  if (read.ok) assignments.push({ name, path, value: parseValue(read.value, node) });
  else problems.push(`environment ${name}: ${read.problem}`);
  return true;
}

export type SecretFile =
  | { readonly ok: true; readonly value: string }
  | { readonly ok: false; readonly problem: string };

/** The text of `file` without its last line break. */
export function readSecret(file: string): SecretFile {
  try {
    const value = readFileSync(file, 'utf8').replace(/\r?\n$/, '');
    return value === '' ? { ok: false, problem: `${file} is empty.` } : { ok: true, value };
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
    return { ok: false, problem: `cannot read ${file} (${code}).` };
  }
}

function parseValue(text: string, node: KeyNode): unknown {
  switch (node.type) {
    case 'number':
    case 'integer':
      return parseNumber(text);
    case 'boolean':
      return text === 'true' ? true : text === 'false' ? false : text;
    case 'object':
      return parseJson(text);
    case 'array':
      return parseList(text, node.items ?? {});
    default:
      return text;
  }
}

const parseNumber = (text: string): unknown =>
  text.trim() === '' || Number.isNaN(Number(text)) ? text : Number(text);

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

function parseList(text: string, items: KeyNode): unknown {
  if (text.trim() === '') return [];
  if (text.trim().startsWith('[') || items.type === 'object') return parseJson(text);
  return text.split(',').map((entry) => parseValue(entry.trim(), items));
}
