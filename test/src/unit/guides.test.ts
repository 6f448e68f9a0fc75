import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { missingLine, PURPOSES } from '../../guides/guide.ts';
import { sectionsOf } from '../../guides/markdown.ts';
import { read, TOP } from './source-tree.ts';

const namesIn = (folder: string, ending: string): string[] =>
  readdirSync(join(TOP, folder))
    .filter((name) => name.endsWith(ending) && name !== 'README.md')
    .map((name) => name.slice(0, -ending.length))
    .sort();

const ROW =
  /^\| \[([\w-]+)\.md\]\(\1\.md\) \| .* \| (tried in every build|tested end to end|not tried)[^|]* \|$/gm;
const rows = [...read('docs/guides/README.md').matchAll(ROW)].map(([, name = '', tried]) => ({
  name,
  tried,
}));
const tried = rows.filter((row) => row.tried === 'tried in every build').map(({ name }) => name);

test('guides - each is listed, those with a test are the tried ones, and what is tested otherwise has its test', () => {
  expect(rows.map(({ name }) => name).sort()).toEqual(namesIn('docs/guides', '.md'));
  expect([...tried].sort()).toEqual(namesIn('test/guides', '.test.ts'));
  const tested = rows.filter((row) => row.tried === 'tested end to end').map(({ name }) => name);
  expect(namesIn('test/src/e2e', '.test.ts')).toEqual(expect.arrayContaining(tested));
});

test.each(tried)('guides - %s.md says of each block what it is for', (name) => {
  const blocks = sectionsOf(read(`docs/guides/${name}.md`)).flatMap((section) => section.blocks);
  const purposes: readonly string[] = PURPOSES;
  const unclear = blocks.filter(
    ({ does }) => !Object.keys(does).some((purpose) => purposes.includes(purpose)),
  );
  expect(blocks.length).toBeGreaterThan(0);
  expect(unclear.map(({ line, text }) => `${line}: ${text}`)).toEqual([]);
});

test('guides - one that was not tried says so at its beginning', () => {
  for (const { name } of rows.filter((row) => row.tried === 'not tried')) {
    expect(read(`docs/guides/${name}.md`).slice(0, 400), name).toContain('Not tried');
  }
});

test('guides - a block is what its fence says, in its section', () => {
  const page = '# One\n```lua file=a.lua\nx = 1\n```\n## Two\n```sh start=it now\n# no heading\n```\n';
  expect(sectionsOf(page)).toEqual([
    { heading: 'One', blocks: [{ language: 'lua', does: { file: 'a.lua' }, line: 2, text: 'x = 1\n' }] },
    {
      heading: 'Two',
      blocks: [{ language: 'sh', does: { start: 'it', now: '' }, line: 6, text: '# no heading\n' }],
    },
  ]);
});

test('guides - what is printed must have the lines of the page in their order; … is anything', () => {
  const printed = 'FLAGS: AP\n  {"state":"ready","parts":{"sip":"ok"}}\nmore\nlast  line\n';
  expect(missingLine(printed, '{"state":"ready",…"sip":"ok"}}\n\nlast line\n')).toBeUndefined();
  expect(missingLine(printed, 'more\n{"state":"ready",…}\n')).toBe('{"state":"ready",…}');
  expect(missingLine(printed, 'FLAGS: .P')).toBe('FLAGS: .P');
});

/** As GitHub makes them of headings. */
const anchorOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N} -]/gu, '')
    .replaceAll(' ', '-');

test.each(namesIn('docs/guides', '.md'))('guides - the links of %s.md lead somewhere', (name) => {
  const links = [...read(`docs/guides/${name}.md`).matchAll(/\]\(([^)#:]*)(?:#([^)]*))?\)/g)];
  const lost = links.filter(([, path = '', anchor]) => {
    const target = join('docs/guides', path === '' ? `${name}.md` : path);
    if (!existsSync(join(TOP, target))) return true;
    return (
      anchor !== undefined && !sectionsOf(read(target)).some(({ heading }) => anchorOf(heading) === anchor)
    );
  });
  expect(lost.map(([link]) => link)).toEqual([]);
});
