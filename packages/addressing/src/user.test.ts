import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AddressMap } from './address-map.ts';
import { aorOfUser, sipOfUser, userOfRequest } from './user.ts';

const map: AddressMap = {
  xmppDomains: ['example.org', 'bücher.example'],
  components: [{ domain: 'sip.example.org', sipDomain: 'example.net' }],
};

/** Any UTF-16, lone surrogates included, with ASCII as likely as the rest. */
const anyText = (maxLength: number) =>
  fc
    .array(fc.oneof(fc.integer({ max: 0x7f, min: 0 }), fc.integer({ max: 0xffff, min: 0 })), { maxLength })
    .map((units) => String.fromCharCode(...units));

describe('user', () => {
  it('user - has the same name and domain on the SIP side', () => {
    expect(sipOfUser(map, 'Alice@example.org/My Phone')).toEqual({
      ok: true,
      aor: 'sip:alice@example.org',
      uri: 'sip:alice@example.org;gr=My%20Phone',
    });
    expect(aorOfUser(map, 'fü\\26x@bücher.example')).toBe('sip:f%C3%BC&x@xn--bcher-kva.example');
    expect(sipOfUser(map, 'alice@elsewhere.org')).toEqual({ ok: false, cause: 'unserved' });
    expect(sipOfUser(map, 'example.org')).toEqual({ ok: false, cause: 'jid-malformed' });
    expect(sipOfUser(map, '\\20a@example.org')).toEqual({ ok: false, cause: 'jid-malformed' });
    expect(aorOfUser(map, 'alice@elsewhere.org')).toBeUndefined();
  });

  it.each([
    ['sip:alice@example.org', 'sip:x@y', 'alice@example.org', undefined],
    ['sip:Alice@EXAMPLE.ORG:5600;transport=tcp', 'sip:x@y', 'alice@example.org', undefined],
    ['sip:alice@example.org;gr=desk%2F1', 'sip:x@y', 'alice@example.org', 'desk/1'],
    ['sip:alice@example.org;gr', 'sip:x@y', 'alice@example.org', undefined],
    ['sip:f%C3%BC@xn--bcher-kva.example', 'sip:x@y', 'fü@bücher.example', undefined],
    ['sip:alice@127.0.0.1:5600', 'sip:alice@example.org', 'alice@example.org', undefined],
    ['sip:%61lice@127.0.0.1:5600;gr=a', 'sip:alice@example.org', 'alice@example.org', 'a'],
    ['tel:+49-30-1', 'sip:+49301@example.org;user=phone', '+49301@example.org', undefined],
  ])('user - %s to %s is for %s', (requestUri, to, bareJid, resource) => {
    expect(userOfRequest(map, requestUri, to)).toEqual(
      resource === undefined ? { ok: true, bareJid } : { ok: true, bareJid, resource },
    );
  });

  it.each([
    ['sips:alice@example.org', 'sip:alice@example.org', 416],
    ['http://example.org/', 'sip:alice@example.org', 416],
    ['alice', 'sip:alice@example.org', 400],
    ['sip:a%FF@example.org', 'sip:a@example.org', 400],
    ['sip:alice@example.org;gr=%FF', 'sip:alice@example.org', 400],
    ['sip:example.org', 'sip:example.org', 484],
    ['sip:a%00b@example.org', 'sip:a@example.org', 404],
    ['sip:alice@other.net', 'sip:bob@example.org', 404],
    ['sip:alice@other.net', 'sips:alice@example.org', 404],
    ['sip:alice@other.net', 'garbage', 404],
    ['sip:other.net', 'sip:example.org', 404],
    ['tel:+4930', 'tel:+4930', 404],
  ])('user - refuses %s to %s with %i', (requestUri, to, status) => {
    expect(userOfRequest(map, requestUri, to)).toEqual({ ok: false, status });
  });

  it('user - a prepared JID survives the way to SIP and back', () => {
    const unit = fc.constantFrom(
      ...'abc09.-_+~!#$%()*,;=?[]^`{|}üß漢'.split(''),
      '\\20',
      '\\40',
      '\\5c40',
      '\\x',
    );
    fc.assert(
      fc.property(
        fc.string({ unit, minLength: 1, maxLength: 12 }),
        fc.string({ unit: fc.constantFrom(...'aB0 /@;"<>&ü'.split('')), minLength: 1, maxLength: 8 }),
        (local, resource) => {
          fc.pre(!local.startsWith('\\20') && !local.endsWith('\\20'));
          fc.pre(!/^\W*\+\W*\d/.test(local)); // numbers lose separators
          const bareJid = `${local}@example.org`;
          const sip = sipOfUser(map, `${bareJid}/${resource}`);
          expect(sip.ok && userOfRequest(map, sip.uri, '')).toEqual({ ok: true, bareJid, resource });
        },
      ),
      { numRuns: 300 },
    );
  });

  it('user - is total', () => {
    fc.assert(
      fc.property(anyText(40), (text) => {
        expect(typeof userOfRequest(map, `sip:${text}@example.org`, text).ok).toBe('boolean');
        expect(typeof userOfRequest(map, text, `sip:${text}`).ok).toBe('boolean');
        expect(typeof sipOfUser(map, text).ok).toBe('boolean');
      }),
    );
  });
});
