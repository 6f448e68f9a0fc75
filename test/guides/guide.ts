/**
 * Does what a guide tells an operator to do, with the text of the guide itself: writes its files, runs its commands, starts
 * its servers. Only what `GuideOptions` lists is another here.
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type Child, freePort, scratchDirectory, startChild } from '@stoxgate/testkit';
import { type GuideBlock, type GuideSection, sectionsOf } from './markdown.ts';

export interface GuideOptions {
  /** Ports of the guide, each of which is a free one here, or the one beside it. */
  readonly ports?: readonly (number | readonly [number, number])[];
  /** Addresses of the guide, and the loopback ones that stand for them. */
  readonly addresses?: Readonly<Record<string, string>>;
  /** Directories of the guide, each of which is below a scratch directory here. */
  readonly paths?: readonly string[];
  /** Text of the guide, and what stands for it: a server that systemd does not start, say. */
  readonly instead?: Readonly<Record<string, string>>;
  /** Lines that a file begins with here, for what no operator needs. */
  readonly first?: Readonly<Record<string, string>>;
}

export interface Guide {
  /** Where its relative files are. */
  readonly directory: string;
  /** Does all that stands below these headings, in order. */
  follow(...headings: readonly string[]): Promise<void>;
  /** The port that stands for one of the guide. */
  port(port: number): number;
  /** Text of the guide as it is here. */
  here(text: string): string;
  /** A server that the guide has started. */
  server(name: string): Child;
  /** What of it was not done, a line each. */
  notDone(): readonly string[];
  /** What its servers printed. */
  output(): string;
  stop(): Promise<void>;
}

const TOP = fileURLToPath(new URL('../../', import.meta.url));
/** The gateway's program. */
export const PROGRAM = join(TOP, 'services/stoxgate/bin/stoxgate.js');
const COMMAND_MS = 60_000;
const CHECK_MS = 60_000;
const CHECK_EVERY_MS = 200;

/** What a block may be for; `install` and `shown` are for the reader alone. */
export const PURPOSES = ['file', 'run', 'start', 'check', 'prints', 'log', 'install', 'shown'] as const;

const escaped = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');

/** Matches a line of the guide in what was printed: `…` is anything, blanks are as many as there are. */
const patternOf = (line: string): RegExp =>
  new RegExp(line.trim().split('…').map(escaped).join('.*').replace(/\s+/g, '\\s+'));

/** The first line of `wanted` that is not in `printed` after those before it. */
export function missingLine(printed: string, wanted: string): string | undefined {
  let rest = printed;
  for (const line of wanted.split('\n').filter((text) => text.trim() !== '')) {
    const match = patternOf(line).exec(rest);
    if (match === null) return line;
    rest = rest.slice(match.index + match[0].length);
  }
  return undefined;
}

/** One pass over the text, so that nothing that was put in is taken for the guide's. */
function replacer(pairs: readonly (readonly [string, string])[]): (text: string) => string {
  if (pairs.length === 0) return (text) => text;
  const byText = new Map(pairs);
  const texts = [...byText.keys()].sort((one, other) => other.length - one.length);
  const pattern = new RegExp(`(?<![\\w.])(?:${texts.map(escaped).join('|')})(?!\\d)`, 'g');
  return (text) => text.replace(pattern, (found) => byText.get(found) ?? found);
}

/** Reads `docs/guides/NAME.md`; does nothing of it yet. */
export async function openGuide(name: string, options: GuideOptions = {}): Promise<Guide> {
  const { ports = [], addresses = {}, paths = [], instead = {}, first = {} } = options;
  const markdown = await readFile(join(TOP, 'docs/guides', `${name}.md`), 'utf8');
  const sections = sectionsOf(markdown);
  const scratch = await scratchDirectory(`guide-${name}`);
  const portHere = new Map<number, number>();
  for (const port of ports) {
    const [from, to] = typeof port === 'number' ? [port, await freePort()] : port;
    portHere.set(from, to);
  }
  const places: readonly (readonly [string, string])[] = [
    ...[...portHere].map(([from, to]) => [String(from), String(to)] as const),
    ...Object.entries(addresses),
    ...paths.map((path) => [path, join(scratch.path, path)] as const),
  ];
  const blocks = sections.flatMap((section) =>
    section.blocks.map(({ text, does }) => text + (does.file ?? '')),
  );
  const stale = [...places.map(([from]) => from), ...Object.keys(instead)].filter(
    (text) => !blocks.some((block) => block.includes(text)),
  );
  if (stale.length > 0) throw new Error(`${name}.md has no ${stale.join(', no ')}`);
  const placed = replacer(places);
  const substituted = replacer([['npx stoxgate', `node ${PROGRAM}`], ...Object.entries(instead)]);
  const here = (text: string): string => placed(substituted(text));

  const servers = new Map<string, Child>();
  const done = new Set<GuideBlock>();

  const shell = (text: string): Child =>
    startChild({ command: 'sh', args: ['-e', '-c', here(text)], cwd: scratch.path });
  const run = async (text: string): Promise<string> => {
    const child = shell(text);
    const code = await child.exited(COMMAND_MS);
    if (code !== 0) throw new Error(`${name}.md: exit code ${code} of\n${here(text)}${child.output()}`);
    return child.output();
  };
  const output = (): string =>
    [...servers].map(([started, child]) => `--- ${started}\n${child.output().slice(-3000)}`).join('\n');
  const poll = async (wanted: string, printed: () => Promise<string>, what: string): Promise<void> => {
    const deadline = Date.now() + CHECK_MS;
    for (;;) {
      const text = await printed();
      const missing = missingLine(text, here(wanted));
      if (missing === undefined) return;
      if (Date.now() > deadline)
        throw new Error(
          `${name}.md: ${what} does not print\n${missing}\nbut\n${text.slice(-4000)}\n${output()}`,
        );
      await delay(CHECK_EVERY_MS);
    }
  };
  const write = async (file: string, text: string): Promise<void> => {
    const path = file.startsWith('/') ? placed(file) : join(scratch.path, file);
    if (!path.startsWith(scratch.path)) throw new Error(`${name}.md: ${file} has no place here`);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, (first[file] ?? '') + here(text));
  };
  const make = async (block: GuideBlock, before?: GuideBlock, next?: GuideBlock): Promise<void> => {
    const { does, text } = block;
    if (does.file !== undefined) await write(does.file, text);
    else if (does.start !== undefined) servers.set(does.start, shell(`exec env ${text.trim()}`));
    else if (does.run !== undefined) await run(text);
    else if (does.check !== undefined) {
      if (next?.does.prints === undefined)
        throw new Error(`${name}.md:${block.line}: a check without what it prints`);
      await poll(next.text, async () => run(text).catch(String), here(text));
    } else if (does.log !== undefined) {
      const { log } = does;
      const server = servers.get(log);
      await poll(text, async () => server?.output() ?? '', log);
    }
    if (does.prints !== undefined && before?.does.check === undefined)
      throw new Error(`${name}.md:${block.line}: nothing is looked at that could print this`);
    done.add(block);
  };
  const sectionOf = (heading: string): GuideSection => {
    const [section, other] = sections.filter((one) => one.heading === heading);
    if (section === undefined || other !== undefined)
      throw new Error(`${name}.md has ${section === undefined ? 'no section' : 'two sections'} ${heading}`);
    return section;
  };
  for (const path of paths) await mkdir(join(scratch.path, path), { recursive: true });
  return {
    directory: scratch.path,
    here,
    follow: async (...headings) => {
      for (const section of headings.map(sectionOf)) {
        for (const [at, block] of section.blocks.entries())
          await make(block, section.blocks[at - 1], section.blocks[at + 1]);
      }
    },
    port: (port) => portHere.get(port) ?? port,
    server: (started) => {
      const child = servers.get(started);
      if (child === undefined) throw new Error(`${name}.md has not started ${started}`);
      return child;
    },
    notDone: () =>
      sections.flatMap((section) =>
        section.blocks
          .filter((block) => !done.has(block) && block.does.shown === undefined && block.language !== 'text')
          .map(({ line }) => `${name}.md:${line} (${section.heading})`),
      ),
    output,
    stop: async () => {
      for (const child of [...servers.values()].reverse()) await child.stop();
      await scratch.remove();
    },
  };
}
