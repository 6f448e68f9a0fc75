/**
 * The pages of rules tell the truth: every test that they name exists, and every flow stands for a rule.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { pageOf, ROOT, readRuleLists, readTestName, renderRuleList } from './rule-list.ts';
import { isTitled, titlesIn } from './titles.ts';

const lists = readRuleLists();
const named = [...lists.values()].flatMap(({ sections, directories }) =>
  sections.flatMap(({ rules }) =>
    rules.flatMap(({ tests }) => tests.map((name) => ({ name, ...readTestName(name, directories) }))),
  ),
);

const texts = new Map<string, string>();
function textOf(path: string): string {
  const text = texts.get(path) ?? readFileSync(join(ROOT, path), 'utf8');
  texts.set(path, text);
  return text;
}

function isThere({ path, title }: (typeof named)[number]): boolean {
  if (path === undefined) return false;
  if (path.endsWith('.flow')) return title === undefined || textOf(path).split('\n').includes(`# ${title}`);
  return title !== undefined && titlesIn(textOf(path)).filter((found) => isTitled(found, title)).length > 0;
}

const filesIn = (directory: string, ending: string): string[] =>
  readdirSync(join(ROOT, directory))
    .filter((file) => file.endsWith(ending))
    .map((file) => `${directory}/${file}`);

describe('rules', () => {
  test('rules - every test that a page names exists', () => {
    expect(named.filter((test) => !isThere(test)).map(({ name }) => name)).toEqual([]);
  });

  test('rules - every flow stands for a rule on a page', () => {
    const paths = new Set(named.map(({ path }) => path));
    expect(filesIn('test/flows', '.flow').filter((flow) => !paths.has(flow))).toEqual([]);
  });

  test('rules - every unit test of the mapping stands for a rule on a page', () => {
    const wanted = [...lists.values()].flatMap(({ complete }) =>
      complete.flatMap((directory) =>
        filesIn(directory, '.test.ts').flatMap((path) =>
          titlesIn(textOf(path)).map((title) => ({ path, title })),
        ),
      ),
    );
    const alone = wanted.filter(
      ({ path, title }) => !named.some((one) => one.path === path && isTitled(title, one.title ?? '')),
    );
    expect(alone.map(({ path, title }) => `${path}: ${title}`)).toEqual([]);
  });

  test.each([...lists])(
    'rules - docs/protocol/%s.md is up to date (npm run generate)',
    async (name, list) => {
      await expect(renderRuleList(name, list)).toMatchFileSnapshot(pageOf(name));
    },
  );
});
