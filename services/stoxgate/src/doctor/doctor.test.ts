import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { examine, misread, reportOf } from './doctor.ts';
import { FINDINGS, well, wrong } from './findings.ts';
import { configOf, fakeProbes } from './testing/fake-probes.ts';

test('doctor - a line says what is wrong with which key and what to change; anything that fails ends with 1', () => {
  const good = well('store', 'Redis is there');
  const bad = wrong('redis-eviction', 'store', 'Redis forgets', 'set noeviction');
  const soso = wrong('clock-skew', '', 'the clock is late', 'keep it');
  expect(reportOf([good, bad, soso], false)).toEqual({
    text: 'ok    store: Redis is there\nfail  store: Redis forgets – set noeviction\nwarn  the clock is late – keep it\n',
    code: 1,
  });
  expect(reportOf([good, soso], false).code).toBe(0);
  expect(JSON.parse(reportOf([bad], true).text)).toEqual({
    level: 'fail',
    name: 'redis-eviction',
    key: 'store',
    what: 'Redis forgets',
    change: 'set noeviction',
  });
  expect(reportOf(misread(['a.yaml:3: no such key.']), false)).toEqual({
    text: 'fail  a.yaml:3: no such key. – correct it (docs/operate/config.md)\n',
    code: 1,
  });
});

test('doctor - a check that never ends, or breaks, is a finding; the others go on', async () => {
  const hanging = fakeProbes({ connect: () => new Promise(() => undefined) });
  const findings = await examine(configOf(), hanging, 10);
  expect(findings.filter(({ name }) => name === 'unfinished').map(({ what }) => what)).toEqual([
    'xmpp.components could not be looked at (no end within 0.01 s)',
  ]);
  expect(findings.some(({ name }) => name === 'sip-proxy-unresolved')).toBe(true);
  const broken = fakeProbes({
    listenFault: () => Promise.resolve(undefined),
    readFile: () => Promise.reject(new Error('no')),
  });
  expect((await examine(configOf(), broken)).map(({ what }) => what)).toContain(
    'limits could not be looked at (no)',
  );
});

test('doctor - docs/operate/doctor.md has every finding, with its level, and no other', () => {
  const page = readFileSync(new URL('../../../../docs/operate/doctor.md', import.meta.url), 'utf8');
  const rows = [...page.matchAll(/^\| `([a-z-]+)` \| (warn|fail) \|/gm)].map(([, name, level]) => [
    name,
    level,
  ]);
  expect(Object.fromEntries(rows)).toEqual(FINDINGS);
  expect(rows.length).toBe(Object.keys(FINDINGS).length);
});
