import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AddressMap } from './address-map.ts';
import { aorOfSipUri } from './aor.ts';
import { contactOfSip, sipOfContact } from './contact.ts';
import { formatJid, parseJid } from './jid.ts';

const map: AddressMap = {
  xmppDomains: ['example.org'],
  components: [
    { domain: 'sip.example.org', sipDomain: 'example.net' },
    { domain: 'xn--bcher-kva.example.org', sipDomain: 'bücher.example' },
  ],
};

const jidOf = (uri: string, gr?: string) => {
  const contact = contactOfSip(map, uri, gr);
  return contact.ok ? contact.jid : contact.cause;
};
const uriOf = (jid: string) => {
  const sip = sipOfContact(map, jid);
  return sip.ok ? sip.uri : sip.cause;
};

/** Any UTF-16, lone surrogates included, with ASCII as likely as the rest. */
const anyText = (maxLength: number) =>
  fc
    .array(fc.oneof(fc.integer({ max: 0x7f, min: 0 }), fc.integer({ max: 0xffff, min: 0 })), { maxLength })
    .map((units) => String.fromCharCode(...units));

describe('contact', () => {
  it.each([
    ['sip:romeo@example.net', 'romeo@sip.example.org'],
    ['sip:carol@other.net', 'carol\\40other.net@sip.example.org'],
    ['sip:alice@example.org', 'alice\\40example.org@sip.example.org'],
    ['sip:x@192.0.2.7', 'x\\40192.0.2.7@sip.example.org'],
    ['sip:x@[2001:db8::1]', 'x\\40[2001\\3adb8\\3a\\3a1]@sip.example.org'],
    ['sip:f%C3%BC@xn--bcher-kva.example', 'fü@bücher.example.org'],
    ["sip:o'malley@example.net", 'o\\27malley@sip.example.org'],
    ['sip:c%23d@example.net', 'c#d@sip.example.org'],
    ['sip:a%40b@example.net', 'a\\40b\\40example.net@sip.example.org'],
    ['sip:a%25b@example.net', 'a%b\\40example.net@sip.example.org'],
    ['sip:m&m@example.net', 'm\\26m@sip.example.org'],
    ['sip:tsch%C3%BCss@example.net', 'tschüss@sip.example.org'],
    ['sip:a%5C40@example.net', 'a\\5c40@sip.example.org'],
  ])('contact - %s is %s and back', (uri, jid) => {
    expect(jidOf(uri)).toBe(jid);
    expect(uriOf(jid)).toBe(uri);
  });

  it.each([
    ['sip:Romeo:pw@EXAMPLE.net:5070;transport=tcp?subject=x', 'romeo@sip.example.org'],
    ['sip:baz@example.net;gr=qux', 'baz@sip.example.org/qux'],
    ['sip:baz@example.net;gr=My%20Phone', 'baz@sip.example.org/My Phone'],
    ['sip:baz@example.net;gr=urn:uuid:f81d', 'baz@sip.example.org/urn:uuid:f81d'],
    ['sip:baz@example.net;gr', 'baz@sip.example.org'],
    ['im:romeo@example.net', 'romeo@sip.example.org'],
    ['sip:a;b=c@example.net', 'a;b=c@sip.example.org'],
    ['sip:+49-(30)-1234;phone-context=x@example.net;user=phone', '+49301234@sip.example.org'],
    ['sip:+49-30-1234@example.net', '+49301234@sip.example.org'],
    ['tel:+49-30-1234', '+49301234@sip.example.org'],
    ['tel:+49-30;ext=1-2;isub=9', '+4930;ext=12@sip.example.org'],
    ['tel:1234;phone-context=other.net', '1234\\40other.net@sip.example.org'],
    ['tel:1234;phone-context=+49', '+491234@sip.example.org'],
  ])('contact - reads %s as %s', (uri, jid) => {
    expect(jidOf(uri)).toBe(jid);
  });

  it('contact - an instance found elsewhere goes before that of the URI', () => {
    expect(jidOf('sip:baz@example.net;gr=a', 'b')).toBe('baz@sip.example.org/b');
  });

  it.each([
    ['sips:romeo@example.net', 'sips'],
    ['http://example.net', 'scheme'],
    ['romeo', 'malformed'],
    ['sip:@example.net', 'malformed'],
    ['sip:example.net', 'malformed'],
    ['sip:a%C3@example.net', 'malformed'],
    ['sip:a%C0%80@example.net', 'malformed'],
    ['sip:a%zz@example.net', 'malformed'],
    ['sip:a@b@example.net', 'malformed'],
    ['sip:a@exa mple.net', 'malformed'],
    ['sip:a@example.net:port', 'malformed'],
    ['sip:a@example.net;gr=%FF', 'malformed'],
    ['tel:abc%', 'malformed'],
    ['sip:a%00@example.net', 'unrepresentable'],
    ['sip:%20a@example.net', 'unrepresentable'],
    [`sip:${'a'.repeat(1100)}@example.net`, 'unrepresentable'],
    ['sip:a@example.net;gr=%07', 'unrepresentable'],
  ])('contact - refuses %s: %s', (uri, cause) => {
    expect(jidOf(uri)).toBe(cause);
  });

  it.each([
    ['Romeo@SIP.example.org', 'sip:romeo@example.net'],
    ['romeo@sip.example.org/a;b', 'sip:romeo@example.net;gr=a%3Bb'],
    ['carol%other.net@sip.example.org', 'sip:carol@other.net'],
    ['50%@sip.example.org', 'sip:50%25@example.net'],
    ['fü@bücher.example.org', 'sip:f%C3%BC@xn--bcher-kva.example'],
    ['carol\\40OTHER.net@bücher.example.org', 'sip:carol@other.net'],
    ['+49301234@sip.example.org', 'sip:+49301234@example.net;user=phone'],
    ['+4930;ext=12@sip.example.org', 'sip:+4930;ext=12@example.net;user=phone'],
    ['+4930@sip.example.org/sip', 'sip:+4930@example.net;user=phone;gr=sip'],
    ['+4930\\40other.net@sip.example.org', 'sip:+4930@other.net;user=phone'],
    ['+49-(30).1234@sip.example.org', 'sip:+49301234@example.net;user=phone'],
    ['0301234@sip.example.org', 'sip:0301234@example.net'],
    ['030-1234@sip.example.org', 'sip:030-1234@example.net'],
    ['*901@sip.example.org', 'sip:*901@example.net'],
    ['+49abc@sip.example.org', 'sip:+49abc@example.net'],
    ['romeo@example.org', 'unserved'],
    ['sip.example.org', 'jid-malformed'],
    ['a b@sip.example.org', 'jid-malformed'],
    ['\\20a@sip.example.org', 'jid-malformed'],
    ['carol\\40evil\\20host@sip.example.org', 'jid-malformed'],
    ['carol\\40evil;lr@sip.example.org', 'jid-malformed'],
    ['\\40other.net@sip.example.org', 'jid-malformed'],
  ])('contact - addresses %s as %s', (jid, uri) => {
    expect(uriOf(jid)).toBe(uri);
  });

  it('contact - a telephone number says so where a request is addressed, never in the address of record', () => {
    for (const jid of ['+49301234@sip.example.org', '+49301234@sip.example.org/sip']) {
      expect(sipOfContact(map, jid)).toMatchObject({
        requestUri: 'sip:+49301234@example.net;user=phone',
        aor: 'sip:+49301234@example.net',
      });
    }
    expect(contactOfSip(map, 'sip:+49301234@example.net;user=phone')).toMatchObject({
      bareJid: '+49301234@sip.example.org',
      aor: 'sip:+49301234@example.net',
    });
  });

  it('contact - gives the component domain as configured', () => {
    expect(contactOfSip(map, 'sip:a@xn--bcher-kva.example')).toMatchObject({
      domain: 'xn--bcher-kva.example.org',
    });
  });

  const host = fc.constantFrom(
    'example.net',
    'other.net',
    'example.org',
    'xn--bcher-kva.example',
    '192.0.2.1',
  );
  const userByte = fc.oneof(
    fc.constantFrom(..."abcxyz019!$&'()*+,-./;=?_~".split('')),
    fc.constantFrom(
      '%20',
      '%22',
      '%25',
      '%3A',
      '%3C',
      '%3E',
      '%40',
      '%5C',
      '%5B',
      '%C3%BC',
      '%E6%BC%A2',
      '2',
      '0',
      '4',
    ),
  );

  it('contact - a normal SIP URI survives the way to a JID and back', () => {
    fc.assert(
      fc.property(fc.string({ unit: userByte, minLength: 1, maxLength: 20 }), host, (user, at) => {
        fc.pre(!user.startsWith('%20') && !user.endsWith('%20'));
        fc.pre(!/^\W*\+\W*\d/.test(user)); // numbers lose separators
        const uri = `sip:${user}@${at}`;
        expect(aorOfSipUri(uriOf(jidOf(uri)))).toBe(uri);
      }),
      { numRuns: 300 },
    );
  });

  it('contact - every JID made from SIP survives the way to SIP and back, with one address of record', () => {
    const grapheme = fc
      .oneof(fc.integer({ min: 0x20, max: 0x7e }), fc.integer({ min: 0xa0, max: 0x9fff }))
      .map((code) => String.fromCodePoint(code));
    const gr = fc.option(fc.string({ unit: grapheme, minLength: 1, maxLength: 8 }), { nil: undefined });
    fc.assert(
      fc.property(
        fc.string({ unit: grapheme, minLength: 1, maxLength: 8 }),
        host,
        gr,
        (user, at, instance) => {
          const contact = contactOfSip(
            map,
            `sip:${encodeURIComponent(user)}@${at}`,
            instance === undefined ? undefined : encodeURIComponent(instance),
          );
          fc.pre(contact.ok);
          const parsed = parseJid(contact.jid);
          expect(parsed && formatJid(parsed)).toBe(contact.jid);
          const sip = sipOfContact(map, contact.jid);
          expect(sip).toMatchObject({ ok: true, aor: contact.aor });
          expect(sip.ok && jidOf(sip.uri)).toBe(contact.jid);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('contact - is total', () => {
    fc.assert(
      fc.property(anyText(60), (text) => {
        for (const uri of [text, `sip:${text}`, `sip:${text}@example.net`, `sip:a@${text}`, `tel:${text}`]) {
          const contact = contactOfSip(map, uri, text);
          expect(typeof contact.ok).toBe('boolean');
          const aor = aorOfSipUri(uri);
          if (aor !== undefined) expect(aorOfSipUri(aor)).toBe(aor);
        }
        expect(typeof sipOfContact(map, `${text}@sip.example.org`).ok).toBe('boolean');
      }),
    );
  });
});

describe('aor', () => {
  it.each([
    ['SIP:Alice@EXAMPLE.org:5060;transport=udp', 'sip:Alice@example.org'],
    ['sip:%61lice%7e@example.org', 'sip:alice~@example.org'],
    ['sips:a@b', 'sips:a@b'],
    ['sip:example.org', 'sip:example.org'],
    ['tel:+1-2(3)', 'tel:+123'],
    ['sip:a%ff@b', undefined],
    ['nonsense', undefined],
  ])('aor - %s is %s', (uri, aor) => {
    expect(aorOfSipUri(uri)).toBe(aor);
  });
});
