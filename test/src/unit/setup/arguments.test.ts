import { expect, test } from 'vitest';
import { readArguments } from '../../../../setup/arguments.mjs';

test('setup - arguments go to the task, --no-install stays here', () => {
  expect(readArguments(['--once', '--no-install'], {})).toEqual({ mayInstall: false, rest: ['--once'] });
  expect(readArguments(['--project', 'unit'], {})).toEqual({ mayInstall: true, rest: ['--project', 'unit'] });
});

test('setup - npm run demo --no-install --once, without the --, means the same', () => {
  const env = { npm_config_install: '', npm_config_once: 'true' };
  expect(readArguments([], env)).toEqual({ mayInstall: false, rest: ['--once'] });
  expect(readArguments(['--once'], env)).toEqual({ mayInstall: false, rest: ['--once'] });
});
