import { expect, test } from 'vitest';
import { createLog } from './log.ts';

function logged(
  write: (log: ReturnType<typeof createLog>) => void,
  level = 'info',
): Record<string, unknown>[] {
  const lines: string[] = [];
  const destination = { write: (line: string) => void lines.push(line) };
  write(createLog({ level, role: 'all', edgeId: 'all-host-1', destination }));
  return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
}

test('log - one JSON object a line, with time, level, role and process', () => {
  const [line] = logged((log) => log.child({ callId: 'a' }).info({ event: 'timer.fired' }, 'handled'));
  expect(line).toEqual({
    time: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
    level: 'info',
    role: 'all',
    edge: 'all-host-1',
    callId: 'a',
    event: 'timer.fired',
    msg: 'handled',
  });
});

test('log - secrets are hidden wherever they stand; the logged object is left alone', () => {
  const config = {
    xmpp: { components: [{ domain: 'sip.example.org', secret: 's3cret' }] },
    sip: { credentials: [{ username: 'gateway', password: 's3cret' }] },
    headers: { Authorization: ['Digest s3cret'], via: ['SIP/2.0/UDP'] },
    password: 's3cret',
    admin: { token: 's3cret' },
    account: { uri: 'sip:1001@sip.test', secret: { form: 'open', text: 's3cret' } },
  };
  const [line] = logged((log) => log.info(config, 'x'));
  expect(JSON.stringify(line)).not.toContain('s3cret');
  expect(line).toMatchObject({
    xmpp: { components: [{ domain: 'sip.example.org', secret: '[redacted]' }] },
    sip: { credentials: [{ username: 'gateway', password: '[redacted]' }] },
    headers: { Authorization: '[redacted]', via: ['SIP/2.0/UDP'] },
  });
  expect(config.password).toBe('s3cret');
  expect(config.xmpp.components[0]?.secret).toBe('s3cret');
});

test('log - an error keeps its message and stack', () => {
  const [line] = logged((log) => log.error({ err: new Error('lost') }, 'x'));
  expect(line).toMatchObject({ err: { message: 'lost', stack: expect.stringContaining('log.test') } });
});

test('log - what is below the level is not written', () => {
  expect(logged((log) => log.info('x'), 'warn')).toEqual([]);
  expect(logged((log) => log.error('x'), 'silent')).toEqual([]);
});
