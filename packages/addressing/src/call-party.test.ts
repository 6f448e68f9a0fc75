import { describe, expect, it } from 'vitest';
import type { AddressMap } from './address-map.ts';
import { callerOfSip, sipOfCalled } from './call-party.ts';
import { contactOfSip, sipOfContact } from './contact.ts';

const map: AddressMap = {
  xmppDomains: ['example.org', 'bücher.example', 'example.com'],
  components: [{ domain: 'sip.example.org', sipDomain: 'example.net' }],
  intercepted: [
    { domain: 'example.org', component: 'sip.example.org' },
    { domain: 'bücher.example', component: 'sip.example.org' },
  ],
};

describe('call party', () => {
  it.each([
    ['bob@example.org', 'sip:bob@example.org', 'sip:bob@example.org'],
    ['Bob@EXAMPLE.org/My desk', 'sip:bob@example.org', 'sip:bob@example.org;gr=My%20desk'],
    ['+4930@example.org', 'sip:+4930@example.org;user=phone', 'sip:+4930@example.org;user=phone'],
    [
      'o\\27malley@bücher.example',
      "sip:o'malley@xn--bcher-kva.example",
      "sip:o'malley@xn--bcher-kva.example",
    ],
  ])('call party - %s of an intercepted domain is called by SIP as %s', (jid, requestUri, uri) => {
    expect(sipOfCalled(map, jid)).toMatchObject({ ok: true, requestUri, uri });
  });

  it.each([
    ['bob@example.org/desk', 'sip:+4930111@example.org;user=phone;gr=desk'],
    ['bob@bücher.example', 'sip:bob@xn--bcher-kva.example'],
    ['030-1@example.org', 'sip:+49301@trunk.example;user=phone'],
    ['001900555@example.org', 'refused'],
  ])('call party - %s of an intercepted domain is called, after the dial plan, as %s', (jid, uri) => {
    const dialplan = [
      { match: '00', replace: '+' },
      { match: '0', replace: '+49' },
      { match: '\\+1900', refuse: true },
      { match: '(\\+49301)$', replace: '$1@trunk.example' },
    ];
    const numbers = { dialplan, phones: [{ username: 'bob', phone: '+4930111' }], hosts: [] };
    const called = sipOfCalled({ ...map, numbers }, jid);
    expect(called.ok ? called.uri : called.cause).toBe(uri);
  });

  it.each([
    'romeo@sip.example.org/x',
    'carol\\40other.net@sip.example.org',
    'example.org',
    '@',
    'bob@example.com',
  ])('call party - %s is called as any contact is', (jid) => {
    expect(sipOfCalled(map, jid)).toEqual(sipOfContact(map, jid));
  });

  it.each([
    ['sip:alice@example.org', undefined, 'alice@example.org', 'alice@example.org'],
    ['sip:alice@EXAMPLE.ORG;gr=desk', undefined, 'alice@example.org/desk', 'alice@example.org'],
    ['sip:alice@example.org;gr=desk', 'phone%2F1', 'alice@example.org/phone/1', 'alice@example.org'],
    ['sip:+4930@example.org;user=phone', undefined, '+4930@example.org', '+4930@example.org'],
    ['sip:f%C3%BC@xn--bcher-kva.example', '', 'fü@bücher.example', 'fü@bücher.example'],
  ])('call party - a call of %s (gr %s) comes from %s', (uri, gr, jid, bareJid) => {
    expect(callerOfSip(map, uri, gr)).toMatchObject({ ok: true, jid, bareJid, domain: 'sip.example.org' });
  });

  it.each([
    'sip:romeo@example.net',
    'sip:alice@example.com',
    'tel:+4930',
    'sips:alice@example.org',
    'nonsense',
  ])('call party - %s calls as any contact does', (uri) => {
    expect(callerOfSip(map, uri, 'x')).toEqual(contactOfSip(map, uri, 'x'));
  });

  it.each([
    ['sip:example.org', undefined, 'malformed'],
    ['sip:%ff@example.org', undefined, 'malformed'],
    ['sip:%00@example.org', undefined, 'unrepresentable'],
    ['sip:alice@example.org', '%ff', 'malformed'],
    ['sip:alice@example.org', '%00', 'unrepresentable'],
  ])('call party - %s (gr %s) is nobody: %s', (uri, gr, cause) => {
    expect(callerOfSip(map, uri, gr)).toEqual({ ok: false, cause });
  });

  it('call party - without interception nobody but contacts calls or is called', () => {
    const { intercepted: _, ...plain } = map;
    expect(sipOfCalled(plain, 'bob@example.org')).toEqual({ ok: false, cause: 'unserved' });
    expect(callerOfSip(plain, 'sip:alice@example.org')).toMatchObject({
      jid: 'alice\\40example.org@sip.example.org',
    });
  });
});
