import { readFileSync } from 'node:fs';
import { ERRORS, type ErrorCode, StoxgateError } from '@stoxgate/contracts';
import { expect, test } from 'vitest';

const page = readFileSync(new URL('../../../docs/operate/errors.md', import.meta.url), 'utf8');
const documented = [...page.matchAll(/^\| `(STOX_[A-Z_]+)` \| .+ \| .+ \|$/gm)].map((match) => match[1]);

test('errors - every code has a row in docs/operate/errors.md, and every row a code', () => {
  expect([...documented].sort()).toEqual(Object.keys(ERRORS).sort());
});

test('errors - a message says what was wrong, what to do, and its code', () => {
  for (const code of Object.keys(ERRORS) as ErrorCode[]) {
    expect(new StoxgateError(code, 'The port is taken.').message).toBe(
      `The port is taken. ${ERRORS[code]} [${code}]`,
    );
    expect(ERRORS[code]).toMatch(/^[A-Z].*\.$/);
  }
});
