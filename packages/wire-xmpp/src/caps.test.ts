import { expect, test } from 'vitest';
import { capsElement, capsString, capsVer, verifiesCaps } from './caps.ts';
import { discoInfoQuery, readDiscoInfo } from './disco.ts';
import { el } from './element.ts';
import { NS } from './namespaces.ts';

const features = [NS.CAPS, NS.DISCO_INFO, NS.DISCO_ITEMS, 'http://jabber.org/protocol/muc'];

test('caps - the simple example of XEP-0115 §5.2', () => {
  const info = {
    identities: [{ category: 'client', type: 'pc', name: 'Exodus 0.9.1' }],
    features: [...features].reverse(),
  };
  expect(capsString(info)).toBe(
    'client/pc//Exodus 0.9.1<http://jabber.org/protocol/caps<http://jabber.org/protocol/disco#info<' +
      'http://jabber.org/protocol/disco#items<http://jabber.org/protocol/muc<',
  );
  expect(capsVer(info)).toBe('QgayPKawpkPSDYmwT/WM94uAlu0=');
  expect(capsElement('http://code.google.com/p/exodus', capsVer(info)).attrs).toEqual({
    xmlns: NS.CAPS,
    hash: 'sha-1',
    node: 'http://code.google.com/p/exodus',
    ver: 'QgayPKawpkPSDYmwT/WM94uAlu0=',
  });
});

const field = (name: string, values: readonly string[], type?: string) =>
  el('field', { var: name, type }, ...values.map((value) => el('value', {}, value)));

test('caps - the complex example of XEP-0115 §5.3, read from its disco#info', () => {
  const query = el(
    'query',
    { xmlns: NS.DISCO_INFO },
    el('identity', { 'xml:lang': 'en', category: 'client', name: 'Psi 0.11', type: 'pc' }),
    el('identity', { 'xml:lang': 'el', category: 'client', name: 'Ψ 0.11', type: 'pc' }),
    ...features.map((feature) => el('feature', { var: feature })),
    el(
      'x',
      { xmlns: NS.DATA_FORMS, type: 'result' },
      field('FORM_TYPE', ['urn:xmpp:dataforms:softwareinfo'], 'hidden'),
      field('ip_version', ['ipv6', 'ipv4']),
      field('os', ['Mac']),
      field('os_version', ['10.5.1']),
      field('software', ['Psi']),
      field('software_version', ['0.11']),
    ),
    el('x', { xmlns: NS.DATA_FORMS, type: 'result' }, field('FORM_TYPE', ['urn:not-hidden'])),
  );
  expect(capsVer(readDiscoInfo(query))).toBe('q07IKJEyjvHSyhy//CH0CxmKi8w=');
});

test('caps - a hash verifies what it is of, and nothing that was made to fit it', () => {
  const identities = [{ category: 'client', type: 'pc' }];
  const info = { identities, features: ['a', 'b'] };
  const ver = capsVer(info);
  expect(verifiesCaps(info, ver)).toBe(true);
  expect(verifiesCaps({ identities, features: ['a', 'c'] }, ver)).toBe(false);
  const made = { identities, features: ['a<b'] };
  expect(capsVer(made)).toBe(ver);
  expect(verifiesCaps(made, ver)).toBe(false);
  const twice = { identities, features: ['a', 'a'] };
  expect(verifiesCaps(twice, capsVer(twice))).toBe(false);
});

test('disco - what is written reads back', () => {
  const info = { identities: [{ category: 'gateway', type: 'sip', name: 'Stoxgate' }], features };
  const query = discoInfoQuery(info, 'n#v');
  expect(query.attrs).toEqual({ xmlns: NS.DISCO_INFO, node: 'n#v' });
  expect(readDiscoInfo(query)).toMatchObject(info);
});
