import { afterAll, beforeAll, expect, test } from 'vitest';
import { config, MINIMAL, makeDirectory, problems, removeDirectory } from '../testing/config-files.ts';
import { printConfig, redactAddress } from './print.ts';

beforeAll(makeDirectory);
afterAll(removeDirectory);

test('print-config - shows the effective values and no secret, and loads again', () => {
  const yaml = `${MINIMAL}    - { domain: b.example.org, secret_file: secret }
sip:
  credentials: [ { username: gateway, password: hunter2 } ]
bus: nats://user:pw@127.0.0.1:4222
store: redis://:pw@127.0.0.1
`;
  const printed = printConfig(config(yaml));
  expect(printed).toContain('listen_port: 5600');
  expect(printed).toContain('secret_file: secret');
  expect(printed).toContain('bus: nats://[redacted]@127.0.0.1:4222');
  for (const secret of ['s3cret', 'hunter2', 'pw', 'from file']) expect(printed).not.toContain(secret);
  expect(problems(printed)).toEqual([]);
});

test('print-config - every form of secret in an address is hidden', () => {
  expect(redactAddress('redis://:p@ss/w@h:6379/0')).toBe('redis://[redacted]@h:6379/0');
  expect(redactAddress('redis+sentinel://:p@h/x?sentinel_password=q&a=b')).toBe(
    'redis+sentinel://[redacted]@h/x?sentinel_password=[redacted]&a=b',
  );
  expect(redactAddress('nats://token@h')).toBe('nats://[redacted]@h');
  expect(redactAddress('nats://u:p@a,nats://u:p@b')).toBe('nats://[redacted]@b');
  expect(redactAddress('nats://h:4222')).toBe('nats://h:4222');
});
