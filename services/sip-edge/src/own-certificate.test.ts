import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Config, createLog } from '@stoxgate/runtime';
import type { TlsIdentity } from '@stoxgate/sip-stack';
import { certificateFile, LOCALHOST, PROXY } from '@stoxgate/sip-stack/testing';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { OwnCertificate } from './own-certificate.ts';

let directory = '';
let used: TlsIdentity[];
let lines: string[];
let own: OwnCertificate;

const put = (from: string, kind: 'cert' | 'key'): void =>
  copyFileSync(certificateFile(`${from}.${kind}`), join(directory, kind));

beforeEach(() => {
  vi.useFakeTimers({ now: new Date('2026-01-01'), toFake: ['setInterval', 'clearInterval', 'Date'] });
  directory = mkdtempSync(join(tmpdir(), 'stoxgate-certificate-'));
  put('test-localhost', 'cert');
  put('test-localhost', 'key');
  used = [];
  lines = [];
  const { tls } = Config.shape.sip.parse({
    tls: { cert_file: join(directory, 'cert'), key_file: join(directory, 'key') },
  });
  const log = createLog({
    level: 'info',
    role: 'sip-edge',
    edgeId: 'e1',
    destination: { write: (line) => void lines.push(line) },
  });
  own = new OwnCertificate(
    tls,
    (identity) => {
      if (identity.cert === PROXY.cert && identity.key !== PROXY.key) throw new Error('key values mismatch');
      used.push(identity);
    },
    log,
  );
});

afterEach(() => {
  own.stop();
  rmSync(directory, { recursive: true });
  vi.useRealTimers();
});

test('own certificate - files that changed are put to use within a minute', () => {
  vi.advanceTimersByTime(120_000);
  expect(used).toEqual([]);
  put('test-proxy', 'cert');
  put('test-proxy', 'key');
  vi.advanceTimersByTime(60_000);
  expect(used).toEqual([{ ...PROXY, verifyClient: true }]);
  expect(lines.join()).toContain('certificate of sip.tls renewed');
});

test('own certificate - a certificate whose key is not there yet is told once, and waited for', () => {
  put('test-proxy', 'cert');
  vi.advanceTimersByTime(180_000);
  expect(used).toEqual([]);
  expect(lines).toHaveLength(1);
  expect(lines[0]).toContain('do not fit');
  put('test-proxy', 'key');
  vi.advanceTimersByTime(60_000);
  expect(used).toEqual([{ ...PROXY, verifyClient: true }]);
});

test('own certificate - how long it is valid counts down', () => {
  const before = own.expirySeconds;
  expect(before).toBeGreaterThan(99 * 365 * 86_400);
  vi.setSystemTime(Date.now() + 10_000);
  expect(before - own.expirySeconds).toBeCloseTo(10, 0);
  expect(used.some(({ cert }) => cert === LOCALHOST.cert)).toBe(false);
});
