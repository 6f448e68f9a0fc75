import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AddressMap } from './address-map.ts';
import { contactOfSip, sipOfContact } from './contact.ts';
import type { DialRule, NumberRules } from './number-rules.ts';
import { sipOfUser, userOfRequest } from './user.ts';

const mapWith = (numbers: Partial<NumberRules>): AddressMap => ({
  xmppDomains: ['example.org', 'example.com'],
  components: [
    { domain: 'sip.example.org', sipDomain: 'example.net' },
    { domain: 'office.example.org', sipDomain: 'office.example' },
  ],
  numbers: { dialplan: [], phones: [], hosts: [], ...numbers },
});

/** A German office behind a trunk that writes numbers with 00 and knows its customers by number. */
const GERMAN: readonly DialRule[] = [
  { match: '00(?=[1-9])', replace: '+' },
  { match: '0(?=[1-9])', replace: '+49' },
  { match: '\\+1900', refuse: true },
  { match: '(?!\\+(?:49|1))[+*#0-9]{4}', refuse: true },
  { match: '\\+', replace: '00', direction: 'to_sip' },
];
const german = mapWith({
  dialplan: GERMAN,
  phones: [
    { username: 'alice', phone: '+4930111' },
    { username: 'bob@example.com', phone: '+4930222' },
    { username: 'echo', phone: '*43' },
  ],
  hosts: ['trunk.example'],
});

const uriOf = (map: AddressMap, jid: string) => {
  const sip = sipOfContact(map, jid);
  return sip.ok ? sip.uri : sip.cause;
};
const jidOf = (map: AddressMap, uri: string) => {
  const contact = contactOfSip(map, uri);
  return contact.ok ? contact.jid : contact.cause;
};
const userOf = (map: AddressMap, requestUri: string, to = requestUri) => {
  const user = userOfRequest(map, requestUri, to);
  return user.ok ? `${user.bareJid}${user.resource === undefined ? '' : `/${user.resource}`}` : user.status;
};

describe('dial plan', () => {
  it.each([
    ['+49301234@sip.example.org', 'sip:0049301234@example.net'],
    ['+49-30-1234@sip.example.org/desk', 'sip:0049301234@example.net;gr=desk'],
    ['0301234@sip.example.org', 'sip:0049301234@example.net'],
    ['030 1234@sip.example.org', 'jid-malformed'],
    ['030\\201234@sip.example.org', 'sip:0049301234@example.net'],
    ['(030)1234@office.example.org', 'sip:0049301234@office.example'],
    ['004930;ext=12@sip.example.org', 'sip:004930;ext=12@example.net'],
    ['+4930\\40trunk.example@sip.example.org', 'sip:004930@trunk.example'],
    ['+4930\\40other.net@sip.example.org', 'sip:+4930@other.net;user=phone'],
    ['romeo@sip.example.org', 'sip:romeo@example.net'],
    ['112@sip.example.org', 'sip:112@example.net'],
    ['alice@sip.example.org', 'sip:004930111@example.net'],
    ['alice\\40example.org@sip.example.org', 'sip:004930111@example.net'],
    ['bob\\40example.com@sip.example.org', 'sip:004930222@example.net'],
    ['bob@sip.example.org', 'sip:bob@example.net'],
    ['alice\\40other.net@sip.example.org', 'sip:alice@other.net'],
  ])('dial plan - to call %s is to call %s', (jid, uri) => {
    expect(uriOf(german, jid)).toBe(uri);
  });

  it.each([
    '+19005551234@sip.example.org',
    '00-1900-5551234@sip.example.org',
    '(+1)9005551234@sip.example.org',
    '0\\20019005551234@sip.example.org',
    '+1-900.555;ext=1@sip.example.org',
    '+1900555;phone-context=x@sip.example.org',
    '+1900555\\40other.net@sip.example.org',
    '001900555%other.net@sip.example.org',
    '001900555\\40example.net@office.example.org',
    '+1900555%@sip.example.org',
    '+88213000@sip.example.org',
    `+49${'1'.repeat(130)}@sip.example.org`,
    `${'a'.repeat(130)}@sip.example.org`,
  ])('dial plan - %s may not be called, however it is written', (jid) => {
    expect(uriOf(german, jid)).toBe('refused');
  });

  it('dial plan - who may not be called may call, by the address that replies would have', () => {
    expect(contactOfSip(german, 'sip:0019005551234@example.net')).toEqual({
      ok: true,
      jid: '+19005551234@sip.example.org',
      bareJid: '+19005551234@sip.example.org',
      domain: 'sip.example.org',
      aor: 'sip:0019005551234@example.net',
    });
  });

  it.each([
    ['sip:0049301234@example.net', '+49301234@sip.example.org'],
    ['sip:0301234@office.example', '+49301234@office.example.org'],
    ['sip:0301234@trunk.example', '+49301234@sip.example.org'],
    ['sip:+49-30-1234@trunk.example', '+49301234@sip.example.org'],
    ['tel:030-1234;phone-context=example.net', '+49301234@sip.example.org'],
    ['tel:301234;phone-context=+49', '+49301234@sip.example.org'],
    ['sip:sales@trunk.example', 'sales\\40trunk.example@sip.example.org'],
    ['sip:0301234@other.net', '0301234\\40other.net@sip.example.org'],
    ['sip:+4930111@example.net', 'alice@sip.example.org'],
    ['sip:030111@trunk.example', 'alice@sip.example.org'],
    ['sip:004930222@office.example', 'bob\\40example.com@sip.example.org'],
    ['sip:*43@example.net', 'echo@sip.example.org'],
    ['sip:0%4030@example.net', '0\\4030\\40example.net@sip.example.org'],
  ])('dial plan - %s is shown as %s', (uri, jid) => {
    expect(jidOf(german, uri)).toBe(jid);
  });

  it.each([
    ['sip:+4930111@example.org', 'alice@example.org'],
    ['sip:+4930111@example.com', 'alice@example.com'],
    ['sip:030111@192.0.2.1:5600', 'alice@example.org'],
    ['sip:+4930111@trunk.example;user=phone;gr=desk', 'alice@example.org/desk'],
    ['sip:+4930222@example.org', 'bob@example.com'],
    ['tel:+49-30-111', 'alice@example.org'],
    ['sip:*43@192.0.2.1', 'echo@example.org'],
    ['sip:+4930999@example.org', '+4930999@example.org'],
    ['sip:+4930999@192.0.2.1', 404],
    ['sips:+4930111@example.org', 416],
  ])('dial plan - a request to %s is for %s', (uri, user) => {
    expect(userOf(german, uri)).toBe(user);
  });

  it('dial plan - a rule gives a range of numbers to users by name', () => {
    const map = mapWith({
      dialplan: [
        { match: '\\+4930123(\\d\\d)$', replace: 'desk$1@example.org', direction: 'from_sip' },
        { match: '\\+4940(\\d)$', replace: '$1@elsewhere.example', direction: 'from_sip' },
      ],
    });
    expect(userOf(map, 'sip:+493012307@192.0.2.1')).toBe('desk07@example.org');
    expect(userOf(map, 'sip:+493012307@example.com')).toBe('desk07@example.org');
    expect(userOf(map, 'sip:+49401@example.com')).toBe(404);
    expect(uriOf(map, '+493012307@sip.example.org')).toBe('sip:+493012307@example.net;user=phone');
  });

  it('dial plan - a rule chooses the host of a number', () => {
    const map = mapWith({
      dialplan: [{ match: '(\\+1\\d+)$', replace: '$1@us.trunk.example', direction: 'to_sip' }],
      hosts: ['us.trunk.example'],
    });
    expect(uriOf(map, '+1212@sip.example.org')).toBe('sip:+1212@us.trunk.example;user=phone');
    expect(uriOf(map, '+1212;ext=3@sip.example.org')).toBe('sip:+1212;ext=3@us.trunk.example;user=phone');
    expect(jidOf(map, 'sip:+1212@us.trunk.example;user=phone')).toBe('+1212@sip.example.org');
    expect(uriOf(map, '+44@sip.example.org')).toBe('sip:+44@example.net;user=phone');
  });

  it('dial plan - what a rule leaves must be an address', () => {
    const map = mapWith({
      dialplan: [
        { match: '9', replace: '' },
        { match: '8', replace: '1@a b' },
      ],
    });
    expect(uriOf(map, '9@sip.example.org')).toBe('jid-malformed');
    expect(uriOf(map, '8@sip.example.org')).toBe('jid-malformed');
    expect(userOf(map, 'sip:9@example.org')).toBe(404);
    expect(userOf(map, 'sip:8@example.org')).toBe(404);
  });

  it('dial plan - who has a number calls from it where that is wanted', () => {
    const numbers = { phones: german.numbers?.phones ?? [], callerHost: 'trunk.example' };
    const map = mapWith(numbers);
    expect(sipOfUser(map, 'alice@example.org/desk')).toEqual({
      ok: true,
      aor: 'sip:+4930111@trunk.example',
      uri: 'sip:+4930111@trunk.example;gr=desk',
    });
    expect(sipOfUser(map, 'bob@example.com')).toMatchObject({ aor: 'sip:+4930222@trunk.example' });
    expect(sipOfUser(map, 'alice@example.com')).toMatchObject({ aor: 'sip:alice@example.com' });
    expect(sipOfUser(map, 'carol@example.org')).toMatchObject({ aor: 'sip:carol@example.org' });
    expect(sipOfUser(mapWith({ ...numbers, callerHost: '' }), 'alice@example.org')).toMatchObject({
      aor: 'sip:alice@example.org',
    });
    expect(userOf(map, 'sip:+4930111@trunk.example')).toBe('alice@example.org');
  });

  it('dial plan - a request to the contact that we registered is for the number in To', () => {
    const map = mapWith({
      phones: [{ username: 'alice', phone: '+4930111' }],
      contactUsers: ['line1'],
    });
    expect(userOf(map, 'sip:line1@192.0.2.1:5600', 'sip:+4930111@trunk.example')).toBe('alice@example.org');
    expect(userOf(map, 'sip:line1@192.0.2.1:5600', 'sip:+4930112@trunk.example')).toBe(404);
    expect(userOf(map, 'sip:other@192.0.2.1:5600', 'sip:+4930111@trunk.example')).toBe(404);
  });

  it('dial plan - a number survives the way to SIP and back, with one address of record', () => {
    const digits = fc.string({ unit: fc.constantFrom(...'0123456789'), minLength: 3, maxLength: 12 });
    const separated = (number: string) => number.replace(/(\d\d)/g, '$1-');
    fc.assert(
      fc.property(digits, fc.constantFrom('+49', '+1', '00491', '01'), (rest, prefix) => {
        const dialled = `${prefix}${separated(rest)}@sip.example.org`;
        const first = sipOfContact(german, dialled);
        fc.pre(first.ok);
        const shown = contactOfSip(german, first.uri);
        expect(shown).toMatchObject({ ok: true, aor: first.aor });
        expect(shown.ok && sipOfContact(german, shown.jid)).toMatchObject({ ok: true, uri: first.uri });
        expect(shown.ok && contactOfSip(german, first.uri)).toEqual(shown);
      }),
    );
  });

  it('dial plan - is total', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 40 }), (text) => {
        expect(typeof sipOfContact(german, `${text}@sip.example.org`).ok).toBe('boolean');
        expect(typeof contactOfSip(german, `sip:${text}@example.net`).ok).toBe('boolean');
        expect(typeof userOfRequest(german, `sip:${text}@trunk.example`, `tel:${text}`).ok).toBe('boolean');
      }),
    );
  });
});
