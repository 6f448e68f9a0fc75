import type { ConnectionCause, PhoneConnectionCommand } from '@stoxgate/contracts';
import { expect, test } from 'vitest';
import { body, onlinePhone, only, Phone, SECRET, terminate } from '../testing/phone-world.ts';
import { hasPhones } from './phones-policy.ts';

const HALF_A_DAY = 12 * 3_600_000;
const client = (changes = {}, account = {}) => new Phone({ transport: 'client', ...changes }, account);

const one = (commands: readonly PhoneConnectionCommand[]): PhoneConnectionCommand => {
  const [first, ...rest] = commands;
  if (first === undefined || rest.length > 0) throw new Error(`${commands.length} commands`);
  return first;
};

const taken = (phone: Phone, connection: string, edge = 'edge-1') => {
  phone.handle({ type: 'phone.connection.taken', connection }, edge);
  return phone.told();
};
const opened = (phone: Phone, connection: string, edge = 'edge-1') => {
  phone.handle({ type: 'phone.connection.opened', connection }, edge);
  return phone.told();
};
const sent = (phone: Phone, connection: string, number: number, edge = 'edge-1') => {
  phone.handle({ type: 'phone.presence.sent', connection, number }, edge);
  return phone.told();
};
const closed = (phone: Phone, connection: string, cause: ConnectionCause, edge = 'edge-1') => {
  phone.handle({ type: 'phone.connection.closed', connection, cause }, edge);
  return phone.told();
};
const tell = (phone: Phone, ...[report]: Parameters<Phone['tell']>) => {
  expect(phone.tell(report)).toEqual([]);
  return phone.told();
};
const wait = (phone: Phone, ms: number) => {
  expect(phone.wait(ms)).toEqual([]);
  return phone.told();
};

/** A phone whose connection is open, and its presence sent. */
function shownPhone(changes = {}): { phone: Phone; connection: string } {
  const phone = client(changes);
  const { connection } = one(tell(phone, 'online'));
  taken(phone, connection);
  opened(phone, connection);
  sent(phone, connection, 1);
  return { phone, connection };
}

test('client connection - offered to all, opened by who takes it, and told what to show', () => {
  const phone = client({ clientUrls: { 'example.org': 'wss://x.example.org/ws' }, mechanisms: ['PLAIN'] });
  const { connection } = one(tell(phone, 'online'));
  expect(connection).toMatch(/^[0-9a-f]{24}$/);
  expect(one(taken(phone, connection, 'edge-7'))).toEqual({
    type: 'phone.connection.open',
    connection,
    edge: 'edge-7',
    url: 'wss://x.example.org/ws',
    domain: 'example.org',
    username: 'juliet',
    secret: SECRET,
    mechanisms: ['PLAIN'],
    resource: 'SIP-phone',
  });
  const { presenceId } = phone.session ?? {};
  expect(presenceId).toBeUndefined();
  const presence = one(opened(phone, connection, 'edge-7'));
  expect(presence).toEqual({
    type: 'phone.presence.send',
    connection,
    edge: 'edge-7',
    number: 1,
    presence: `<presence xmlns="jabber:client" id="${phone.session?.presenceId}"><priority>-1</priority></presence>`,
  });
  expect(sent(phone, connection, 1, 'edge-7')).toEqual([]);
});

test('client connection - presence changes with the state, and with nothing else', () => {
  const { phone, connection } = shownPhone();
  expect(tell(phone, 'refresh')).toEqual([]);
  expect(one(tell(phone, 'onthephone'))).toMatchObject({ number: 2 });
  sent(phone, connection, 2);
  expect(tell(phone, 'still-onthephone')).toEqual([]);
  const back = one(tell(phone, 'still-online'));
  expect(back).toMatchObject({ number: 3, presence: expect.not.stringContaining('<show>') });
});

test('client connection - the newest state wins: what was told before it was open is not shown', () => {
  const phone = client();
  const { connection } = one(tell(phone, 'online'));
  tell(phone, 'onthephone');
  taken(phone, connection);
  tell(phone, 'still-online');
  tell(phone, 'onthephone');
  const shown = one(opened(phone, connection));
  expect(shown).toMatchObject({ number: 1, presence: expect.stringContaining('<show>dnd</show>') });
});

test('client connection - offline: it is closed, and nothing is left', () => {
  const { phone, connection } = shownPhone();
  expect(one(tell(phone, 'offline'))).toEqual({
    type: 'phone.connection.close',
    connection,
    edge: 'edge-1',
  });
  expect(closed(phone, connection, 'asked')).toEqual([]);
  expect(phone.session).not.toHaveProperty('connection');
  expect(phone.session).not.toHaveProperty('presenceId');
  expect(wait(phone, HALF_A_DAY)).toEqual([]);
});

test('client connection - offline before anybody took it: who takes it is told to let go', () => {
  const phone = client();
  const { connection } = one(tell(phone, 'online'));
  expect(tell(phone, 'offline')).toEqual([]);
  expect(one(taken(phone, connection))).toMatchObject({ type: 'phone.connection.close', connection });
});

test('client connection - online while it closes: the next begins when it is over, or has had its time', () => {
  for (const isSilent of [false, true]) {
    const { phone, connection } = shownPhone();
    tell(phone, 'offline');
    expect(tell(phone, 'online')).toEqual([]);
    const next = one(isSilent ? wait(phone, 30_000) : closed(phone, connection, 'transport'));
    expect(next.type).toBe('phone.connection.keep');
    expect(next.connection).not.toBe(connection);
  }
});

test('client connection - signing on again closes the old one and begins a new one', () => {
  const { phone, connection } = shownPhone();
  expect(one(tell(phone, 'online'))).toMatchObject({ type: 'phone.connection.close', connection });
  expect(one(closed(phone, connection, 'asked')).type).toBe('phone.connection.keep');
});

test('client connection - the process that has it dies: who has it next lets go of it, and a new one is offered', () => {
  const { phone, connection } = shownPhone();
  tell(phone, 'onthephone');
  const [here, there, offer, ...rest] = taken(phone, connection, 'edge-2');
  expect(rest).toEqual([]);
  expect(here).toEqual({ type: 'phone.connection.close', connection, edge: 'edge-2' });
  // Should it live after all, and only the bus not know.
  expect(there).toEqual({ type: 'phone.connection.close', connection, edge: 'edge-1' });
  expect(offer).toMatchObject({ type: 'phone.connection.keep' });
  const next = offer?.connection ?? '';
  expect(next).not.toBe(connection);
  taken(phone, next, 'edge-2');
  const shown = one(opened(phone, next, 'edge-2'));
  expect(shown).toMatchObject({ number: 1, presence: expect.stringContaining('<show>dnd</show>') });
});

test('client connection - what an edge says of one that it has no more changes nothing', () => {
  const { phone, connection } = shownPhone();
  const [, , offer] = taken(phone, connection, 'edge-2');
  const next = offer?.connection ?? '';
  taken(phone, next, 'edge-2');
  const before = JSON.stringify(phone.session);
  expect(closed(phone, connection, 'replaced')).toEqual([]);
  expect(closed(phone, next, 'replaced', 'edge-1')).toEqual([]);
  expect(opened(phone, next, 'edge-1')).toEqual([]);
  expect(sent(phone, next, 1, 'edge-2')).toEqual([]);
  expect(JSON.stringify(phone.session)).toBe(before);
});

test.each(['transport', 'timeout', 'tls', 'ended'] as const)(
  'client connection - %s: another one at once, then after 1, 2, 4 … s, until one holds',
  (cause) => {
    const phone = client();
    let { connection } = one(tell(phone, 'online'));
    for (const seconds of [0, 1, 2, 4, 8]) {
      taken(phone, connection);
      const at = closed(phone, connection, cause);
      if (seconds > 0) {
        expect([at, wait(phone, seconds * 1000 - 1)]).toEqual([[], []]);
      }
      ({ connection } = one(seconds === 0 ? at : wait(phone, seconds * 250 + 1)));
    }
    taken(phone, connection);
    opened(phone, connection);
    sent(phone, connection, 1);
    expect(phone.session?.failures).toBe(5);
    wait(phone, 30_000);
    expect(phone.session?.failures).toBe(0);
  },
);

test.each(['temporary', 'refused', 'shutdown'] as const)(
  'client connection - %s: another one, after a delay',
  (cause) => {
    const { phone, connection } = shownPhone();
    expect(closed(phone, connection, cause)).toEqual([]);
    expect(wait(phone, 9999)).toEqual([]);
    expect(one(wait(phone, 1)).type).toBe('phone.connection.keep');
  },
);

test.each([
  ['secret', 'credentials'],
  ['credentials', 'credentials'],
  ['mechanism', 'mechanism'],
  ['unproven', 'unproven'],
] as const)(
  'client connection - %s: nothing is tried until the account is given anew, as over BOSH',
  (cause, parked) => {
    const phone = client();
    const { connection } = one(tell(phone, 'online'));
    taken(phone, connection);
    expect(closed(phone, connection, cause)).toEqual([]);
    expect(phone.session).toMatchObject({ parked });
    expect([tell(phone, 'online'), wait(phone, HALF_A_DAY)]).toEqual([[], []]);
    phone.import();
    expect(one(phone.told()).type).toBe('phone.connection.keep');
  },
);

test.each([
  ['replaced', 'replaced'],
  ['address', 'address'],
  ['unusable', 'address'],
] as const)('client connection - %s: nothing is tried until the phone signs on', (cause, parked) => {
  const { phone, connection } = shownPhone();
  closed(phone, connection, cause);
  expect(phone.session).toMatchObject({ parked });
  expect([tell(phone, 'refresh'), wait(phone, HALF_A_DAY)]).toEqual([[], []]);
  expect(one(tell(phone, 'online')).type).toBe('phone.connection.keep');
});

test('client connection - a resource that is taken and not given up gets a suffix, three times', () => {
  const phone = client({}, { resource: 'desk' });
  let { connection } = one(tell(phone, 'online'));
  for (const resource of [/^desk$/, /^desk-[0-9a-f]{6}$/, /^desk-[0-9a-f]{6}$/, /^desk-[0-9a-f]{6}$/]) {
    const open = one(taken(phone, connection));
    expect(open).toMatchObject({ resource: expect.stringMatching(resource) });
    const after = closed(phone, connection, 'conflict');
    if (after.length === 0) break;
    ({ connection } = one(after));
  }
  expect(phone.session).toMatchObject({ failures: 1 });
  expect(one(wait(phone, 10_000)).type).toBe('phone.connection.keep');
});

test('client connection - of what nobody says anything for too long another is tried', () => {
  const phone = client();
  const { connection: first } = one(tell(phone, 'online'));
  // Nobody takes it.
  const { connection: second } = one(wait(phone, 60_000));
  expect(taken(phone, first)).toEqual([
    { type: 'phone.connection.close', connection: first, edge: 'edge-1' },
  ]);
  // Nobody says what became of the login.
  taken(phone, second);
  expect(wait(phone, 59_999)).toEqual([]);
  const [close, ...none] = wait(phone, 1);
  expect([close, none]).toEqual([{ type: 'phone.connection.close', connection: second, edge: 'edge-1' }, []]);
  const { connection: third } = one(wait(phone, 1250));
  // Nobody says that presence was sent.
  taken(phone, third);
  opened(phone, third);
  const [gone] = wait(phone, 30_000);
  expect(gone).toMatchObject({ type: 'phone.connection.close', connection: third });
  expect(one(wait(phone, 2500)).type).toBe('phone.connection.keep');
});

test('client connection - who has it is told anew to keep it before the bus forgets', () => {
  const { phone, connection } = shownPhone();
  expect(wait(phone, HALF_A_DAY - 1)).toEqual([]);
  const keep = { type: 'phone.connection.keep', connection, edge: 'edge-1' };
  expect(one(wait(phone, 1))).toEqual(keep);
  expect(one(wait(phone, HALF_A_DAY))).toEqual(keep);
});

test('client connection - an account that is removed leaves first; who takes one for it later lets go', () => {
  const { phone, connection } = shownPhone();
  phone.handle({ type: 'phone.account.removed' });
  expect(one(phone.told())).toMatchObject({ type: 'phone.connection.close', connection });
  closed(phone, connection, 'asked');
  expect(phone.session).toBeUndefined();
  expect(one(taken(phone, connection, 'edge-2'))).toMatchObject({
    type: 'phone.connection.close',
    edge: 'edge-2',
  });
});

test('client connection - another login has a connection of its own, the same one leaves an open one alone', () => {
  const { phone, connection } = shownPhone();
  phone.import({ secret: { form: 'open', text: 'bmV3' } });
  expect(phone.told()).toEqual([]);
  phone.import({ username: 'romeo' });
  expect(one(phone.told())).toMatchObject({ type: 'phone.connection.close', connection });
  const next = one(closed(phone, connection, 'asked'));
  expect(one(taken(phone, next.connection))).toMatchObject({ username: 'romeo' });
  // It may be on its way with the old password.
  phone.import({ username: 'romeo', secret: { form: 'open', text: 'bmV3' } });
  expect(one(phone.told())).toMatchObject({ type: 'phone.connection.close' });
});

test('client connection - passwords go nowhere but over TLS and to this machine, unless that is allowed', () => {
  const urls = [
    ['xmpp://example.org', true],
    ['xmpps://example.org:5223', true],
    ['wss://example.org/ws', true],
    ['ws://127.0.0.1:5280/ws', true],
    ['ws://[::1]/ws', true],
    ['ws://example.org/ws', false],
    ['ws://localhost.example.org/ws', false],
    ['https://example.org/', false],
    ['xmpp://example.org/path', false],
    ['xmpp://', false],
    ['', false],
  ] as const;
  for (const [clientUrl, isUsable] of urls) {
    const phone = client({ clientUrl });
    expect([clientUrl, tell(phone, 'online').length]).toEqual([clientUrl, isUsable ? 1 : 0]);
    expect(phone.session?.parked).toBe(isUsable ? undefined : 'address');
  }
  expect(tell(client({ clientUrl: 'ws://example.org/ws', allowPlain: true }), 'online')).toHaveLength(1);
});

test('client connection - phones are shown where the transport in use has a URL', () => {
  const none = { ...new Phone().policy, boshUrl: '', clientUrl: '' };
  const urls = { 'example.org': 'xmpp://x' };
  expect(hasPhones(none)).toBe(false);
  expect(hasPhones({ ...none, clientUrl: 'xmpp://x' })).toBe(false);
  expect(hasPhones({ ...none, boshUrls: urls })).toBe(true);
  expect(hasPhones({ ...none, transport: 'client', boshUrl: 'https://x' })).toBe(false);
  expect(hasPhones({ ...none, transport: 'client', clientUrls: urls })).toBe(true);
});

test('client connection - what the other transport has left ends first', () => {
  const { phone, poll } = onlinePhone();
  Object.assign(phone.policy, { transport: 'client' });
  const end = only(phone.tell('onthephone'));
  expect(end.start).toContain('type="terminate"');
  phone.answer(poll, body({}));
  phone.answer(end, terminate());
  const { connection } = one(phone.told());
  taken(phone, connection);
  Object.assign(phone.policy, { transport: 'bosh' });
  expect(opened(phone, connection)).toMatchObject([{ type: 'phone.connection.close' }]);
  const create = only(
    phone.handle({ type: 'phone.connection.closed', connection, cause: 'asked' }, 'edge-1'),
  );
  expect(create.start).toContain('to="example.org"');
});
