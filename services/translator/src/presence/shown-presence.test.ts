import type { XmlElement } from '@stoxgate/contracts';
import { childOf, childrenOf, NS, textOf } from '@stoxgate/wire-xmpp';
import { describe, expect, test } from 'vitest';
import { withoutFixedResource } from '../fixed-resource.ts';
import { NOW, of } from '../testing/pair-world.ts';
import { CONTACT, DESK, pidf, tuple, USER, Watcher } from '../testing/watching-world.ts';

/** The stanzas that a document makes for a user who is shown nothing yet, or what `before` says. */
function shownBy(document: string, headers = {}, before?: string): readonly XmlElement[] {
  const alice = new Watcher();
  alice.hear('subscribe');
  alice.answer(200, { expires: ['3600'] });
  alice.notify('active;expires=3600', before);
  const { from, to, callId } = alice.sent.request;
  const commands = alice.handle({
    type: 'dialog.request.received',
    edge: 'edge-1',
    request: {
      method: 'NOTIFY',
      requestUri: 'sip:alice@127.0.0.1',
      maxForwards: 70,
      vias: [],
      from: { uri: to.uri, params: { tag: 'server' } },
      to: from,
      callId,
      cseq: { number: 9, method: 'NOTIFY' },
      contacts: [],
      recordRoutes: [],
      headers: { event: ['presence'], 'subscription-state': ['active'], ...headers },
      body: { contentType: 'application/pidf+xml;charset=UTF-8', content: document, encoding: 'utf8' },
    },
  });
  return of(commands, 'xmpp.stanza.send').map(({ stanza }) => stanza);
}

const froms = (stanzas: readonly XmlElement[]): readonly string[] =>
  stanzas.map(({ attrs }) => `${attrs.type ?? 'available'} ${attrs.from?.slice(CONTACT.length + 1)}`);
const texts = (stanza: XmlElement | undefined, name: string) =>
  stanza === undefined
    ? []
    : childrenOf(stanza, name).map((one) => [one.attrs['xml:lang'], textOf(one)].filter(Boolean).join(': '));

describe('PIDF to presence', () => {
  test('PIDF to presence - open has no type, closed is unavailable (MUST)', () => {
    expect(froms(shownBy(pidf(tuple('open'))))).toEqual(['available orchard']);
    expect(froms(shownBy(pidf(tuple('closed'))))).toEqual(['unavailable orchard']);
  });

  test('PIDF to presence - from is the contact, to the user; what the contact can do is told (XEP-0115)', () => {
    const [stanza] = shownBy(pidf(tuple('open')));
    expect(stanza?.attrs).toEqual({ from: `${CONTACT}/orchard`, to: USER });
    expect(stanza && childOf(stanza, 'c', NS.CAPS)?.attrs.ver).toBe('phone-ver');
  });

  test('PIDF to presence - Content-Language is xml:lang, that of a note its own', () => {
    const note = '<note xml:lang="de">Da</note><note>There</note><note xml:lang="de">Hier</note>';
    const [stanza] = shownBy(pidf(tuple('open', note)), { 'content-language': ['en'] });
    expect(stanza?.attrs['xml:lang']).toBe('en');
    expect(texts(stanza, 'status')).toEqual(['de: Da', 'There']);
    const [odd] = shownBy(pidf(tuple('open')), { 'content-language': ['?'] });
    expect(odd?.attrs['xml:lang']).toBeUndefined();
  });

  test('PIDF to presence - notes of the presentity are for tuples without one', () => {
    const [one, other] = shownBy(
      pidf(`${tuple('open', '<note>Mine</note>', 'ID-a')}${tuple('closed', '', 'ID-b')}<note>Ours</note>`),
    );
    expect([texts(one, 'status'), texts(other, 'status')]).toEqual([['Mine'], ['Ours']]);
  });

  test.each([
    ['away', ['away']],
    ['chat', ['chat']],
    ['dnd', ['dnd']],
    ['xa', ['xa']],
    ['asleep', []],
  ])('PIDF to presence - show %s is %j', (show, expected) => {
    const status = `<status><basic>open</basic><show xmlns='jabber:client'>${show}</show></status>`;
    expect(texts(shownBy(pidf(`<tuple id='ID-a'>${status}</tuple>`))[0], 'show')).toEqual(expected);
  });

  test.each([
    ['on-the-phone', ['dnd'], ['On the phone']],
    ['busy', ['dnd'], []],
    ['away', ['away'], []],
  ])('PIDF to presence - who is %s is %j, and says so', (activity, show, status) => {
    const activities = `<activities xmlns='urn:ietf:params:xml:ns:pidf:rpid'><${activity}/></activities>`;
    const [ofPerson] = shownBy(
      pidf(
        `${tuple('open')}<person xmlns='urn:ietf:params:xml:ns:pidf:data-model' id='p'>${activities}</person>`,
      ),
    );
    expect([texts(ofPerson, 'show'), texts(ofPerson, 'status')]).toEqual([show, status]);
    const [ofTuple] = shownBy(pidf(tuple('open', `${activities}<note>Hi</note>`)));
    expect([texts(ofTuple, 'show'), texts(ofTuple, 'status')]).toEqual([show, ['Hi']]);
    expect(texts(shownBy(pidf(tuple('closed', activities)))[0], 'show')).toEqual([]);
  });

  test.each([
    ['0.007', '1'],
    ['0.015', '2'],
    ['0.992', '126'],
    ['1', '127'],
    ['0', '0'],
  ])('PIDF to presence - priority %s is %s', (written, priority) => {
    const contact = `<contact priority='${written}'>sip:romeo@example.net</contact>`;
    expect(texts(shownBy(pidf(tuple('open', contact)))[0], 'priority')).toEqual([priority]);
  });

  test.each([
    ['the resource that an id was made of', tuple('open', '', 'ID-my_x20_phone'), 'my phone'],
    [
      'the instance in contact',
      tuple('open', '<contact>sip:romeo@192.0.2.5;gr=urn:uuid:1</contact>', 'ID-a'),
      'urn:uuid:1',
    ],
    ['the fixed one, with the id of a tuple that is no resource', tuple('open', '', 'bs35r9'), 'sip/bs35r9'],
    [
      'the fixed one, with the id of the device',
      tuple('open', "<deviceID xmlns='urn:ietf:params:xml:ns:pidf:data-model'>mac:1</deviceID>", 'x'),
      'sip/mac:1',
    ],
    ['the fixed one, when nothing has a name', tuple('open', '', ''), 'sip'],
    ['the fixed one, when its name can be no resource', tuple('open', '', 'ID-_x01_'), 'sip'],
  ])('PIDF to presence - the resource is %s', (_what, document, resource) => {
    expect(froms(shownBy(pidf(document)))).toEqual([`available ${resource}`]);
  });

  test('PIDF to presence - a call to a resource without an instance asks for none', () => {
    expect(withoutFixedResource(`${CONTACT}/sip/bs35r9`)).toBe(CONTACT);
    expect(withoutFixedResource(`${CONTACT}/sip`)).toBe(CONTACT);
    expect(withoutFixedResource(`${CONTACT}/sipphone`)).toBe(`${CONTACT}/sipphone`);
    expect(withoutFixedResource(CONTACT)).toBe(CONTACT);
  });

  test('PIDF to presence - each tuple is a resource; those that are gone are unavailable', () => {
    const [a, b, c] = ['ID-a', 'ID-b', 'ID-c'].map((id) => tuple('open', '', id));
    expect(froms(shownBy(pidf(`${a}${b}`)))).toEqual(['available a', 'available b']);
    expect(froms(shownBy(pidf(`${b}${c}`), {}, pidf(`${a}${b}`)))).toEqual(['unavailable a', 'available c']);
    expect(froms(shownBy(pidf(''), {}, pidf(`${a}${b}`)))).toEqual(['unavailable a', 'unavailable b']);
    expect(shownBy(pidf(''), {}, pidf(tuple('closed')))).toEqual([]);
  });

  test('PIDF to presence - of two tuples for one resource the open one counts, then the preferred, then the later', () => {
    const at = (s: number) => `<timestamp>2026-01-02T03:04:0${s}Z</timestamp>`;
    const prefer = (q: string) => `<contact priority='${q}'>sip:romeo@example.net</contact>`;
    const showOf = (show: string, inner: string) =>
      `<tuple id='ID-a'><status><basic>open</basic><show xmlns='jabber:client'>${show}</show></status>${inner}</tuple>`;
    const closed = tuple('closed', '', 'ID-a');
    const shows = (document: string) => shownBy(pidf(document)).map((one) => texts(one, 'show').join());
    expect(shows(closed + showOf('dnd', '') + closed)).toEqual(['dnd']);
    expect(shows(showOf('away', prefer('0.5')) + showOf('dnd', prefer('0.9')))).toEqual(['dnd']);
    expect(shows(showOf('away', at(2)) + showOf('dnd', at(1)))).toEqual(['away']);
  });

  test('PIDF to presence - without a basic status open if anything else says so, else nothing', () => {
    const show = "<status><show xmlns='jabber:client'>away</show></status>";
    expect(froms(shownBy(pidf(`<tuple id='ID-a'>${show}</tuple>`)))).toEqual(['available a']);
    expect(shownBy(pidf("<tuple id='ID-a'><status/></tuple>"))).toEqual([]);
  });

  test('PIDF to presence - what is older than what is known is ignored', () => {
    const at = (s: number, basic: string) =>
      pidf(tuple(basic, `<timestamp>2026-01-02T03:04:0${s}Z</timestamp>`));
    expect(shownBy(at(1, 'closed'), {}, at(2, 'open'))).toEqual([]);
    expect(froms(shownBy(at(3, 'closed'), {}, at(2, 'open')))).toEqual(['unavailable orchard']);
  });

  test('PIDF to presence - what is more than a minute old says of when it is (XEP-0203)', () => {
    const at = (ms: number) =>
      pidf(tuple('open', `<timestamp>${new Date(NOW - ms).toISOString()}</timestamp>`));
    const [old] = shownBy(at(61_000));
    expect(old && childOf(old, 'delay', NS.DELAY)?.attrs.stamp).toBe('2026-01-02T03:03:04.000Z');
    const [fresh] = shownBy(at(10_000));
    expect(fresh && childOf(fresh, 'delay')).toBeUndefined();
  });

  test('PIDF to presence - what did not change is not told again, though it is confirmed', () => {
    const at = (s: number) => pidf(tuple('open', `<timestamp>2026-01-02T03:04:0${s}Z</timestamp>`));
    expect(shownBy(at(2), {}, at(1))).toEqual([]);
    const closed = (show: string) =>
      pidf(
        `<tuple id='ID-a'><status><basic>closed</basic><show xmlns='jabber:client'>${show}</show></status></tuple>`,
      );
    expect(shownBy(closed('dnd'), {}, closed('away'))).toEqual([]);
  });

  test.each([
    'pres:romeo@example.net',
    'sip:romeo@example.net',
    'im:romeo@example.net',
    'sips:romeo@example.net',
    'SIP:romeo@EXAMPLE.net',
  ])('PIDF to presence - the entity %s is the contact', (entity) => {
    expect(shownBy(pidf(tuple('open'), entity))).toHaveLength(1);
  });

  test.each([
    'pres:carol@example.net',
    'pres:romeo@example.com',
    'sip:alice@example.org',
    'romeo',
    'tel:+4930',
  ])('PIDF to presence - the entity %s is somebody else: nobody hears of it', (entity) => {
    expect(shownBy(pidf(tuple('open'), entity))).toEqual([]);
  });

  test('PIDF to presence - what is fetched is for who asked', () => {
    const alice = new Watcher();
    alice.hear('subscribe');
    alice.notify('active;expires=3600', pidf(tuple('open')));
    expect(alice.hear('probe', { from: DESK })).toEqual([`available ${CONTACT}/orchard > ${DESK}`]);
  });
});
