/**
 * The rules of the protocols with the tests that hold them: read from `docs/protocol/*.yaml`, written as a page beside it.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { z } from 'zod';

export const ROOT = fileURLToPath(new URL('../../../../', import.meta.url));
const DIRECTORY = join(ROOT, 'docs/protocol');
const FLOWS = 'test/flows';

const Rule = z.strictObject({
  rule: z.string(),
  /** Document and section that demands it. */
  spec: z.string(),
  /** `NAME.flow`, `NAME.flow: line of comment in it`, `NAME.test.ts: title`, or with the describe block `describe > title`. */
  tests: z.array(z.string()).min(1),
});

const RuleList = z.strictObject({
  title: z.string(),
  intro: z.string(),
  /** Where the test files are, from the top of the repository. */
  directories: z.array(z.string()),
  /** Directories whose every test stands for a rule here. */
  complete: z.array(z.string()),
  sections: z.array(z.strictObject({ section: z.string(), rules: z.array(Rule).min(1) })),
});
export type RuleList = z.infer<typeof RuleList>;

/** Every list, by the name of its page without ending. */
export const readRuleLists = (): ReadonlyMap<string, RuleList> =>
  new Map(
    readdirSync(DIRECTORY)
      .filter((file) => file.endsWith('.yaml'))
      .map((file) => [file.slice(0, -5), RuleList.parse(parse(readFileSync(join(DIRECTORY, file), 'utf8')))]),
  );

export const pageOf = (name: string): string => join(DIRECTORY, `${name}.md`);

/** A test as a rule names it. `path`: from the top of the repository; undefined when there is no such file. */
export interface NamedTest {
  readonly file: string;
  readonly path: string | undefined;
  readonly title: string | undefined;
}

export function readTestName(name: string, directories: readonly string[]): NamedTest {
  const [file = '', ...rest] = name.split(': ');
  const path = [FLOWS, ...directories, '']
    .map((directory) => join(directory, file))
    .find((candidate) => existsSync(join(ROOT, candidate)));
  return { file, path, title: rest.length === 0 ? undefined : rest.join(': ') };
}

const escaped = (text: string): string => text.replaceAll('|', '\\|').replaceAll('<', '&lt;');

/** A flow links to its ladder, a unit test to its file. What a table of cases fills in is left out. */
function linkOf(name: string, directories: readonly string[]): string {
  const { file, path, title = '' } = readTestName(name, directories);
  const text = title.replaceAll(/%[sjid#]|\$name/g, '…');
  const link = `[${escaped(file.endsWith('.flow') || text === '' ? file : text)}](../../${path ?? file})`;
  return file.endsWith('.flow') && text !== '' ? `${link} (“${escaped(text)}”)` : link;
}

export function renderRuleList(name: string, { title, intro, directories, sections }: RuleList): string {
  const lines = [
    `# ${title}`,
    '',
    `This page is generated from \`docs/protocol/${name}.yaml\`: \`npm run generate\`.`,
    '',
    intro.trim(),
    '',
  ];
  for (const { section, rules } of sections) {
    lines.push(`## ${section}`, '', '| rule | demanded by | held by |', '|---|---|---|');
    for (const { rule, spec, tests } of rules) {
      const links = tests.map((test) => linkOf(test, directories)).join('; ');
      lines.push(`| ${escaped(rule)} | ${escaped(spec)} | ${links} |`);
    }
    lines.push('');
  }
  return lines.join('\n');
}
