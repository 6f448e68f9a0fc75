import { describe, expect, it } from 'vitest';
import { imdnDocument, readImdn } from './imdn.ts';

const NS = "xmlns='urn:ietf:params:xml:ns:imdn'";
const about = (name: string, status: string) =>
  `<imdn ${NS}><message-id>1</message-id><${name}><status><${status}/></status></${name}></imdn>`;

describe('imdn', () => {
  it.each([
    ['delivery-notification', 'delivered', { kind: 'delivered' }],
    ['display-notification', 'displayed', { kind: 'displayed' }],
    ['delivery-notification', 'failed', { kind: 'undelivered', status: 'failed' }],
    ['delivery-notification', 'forbidden', { kind: 'undelivered', status: 'forbidden' }],
    ['delivery-notification', 'error', { kind: 'undelivered', status: 'error' }],
    ['display-notification', 'forbidden', { kind: 'other' }],
    ['processing-notification', 'processed', { kind: 'other' }],
    ['processing-notification', 'stored', { kind: 'other' }],
  ])('imdn - %s %s (RFC 5438 §11.1)', (name, status, disposition) => {
    expect(readImdn(about(name, status))).toEqual({ messageId: '1', disposition });
  });

  it.each([
    ['no XML', 'x'],
    ['another document', '<imdn xmlns="x"><message-id>1</message-id></imdn>'],
    ['no id', `<imdn ${NS}/>`],
    ['an empty id', `<imdn ${NS}><message-id> </message-id></imdn>`],
  ])('imdn - not read: %s', (_, text) => {
    expect(readImdn(text)).toBeUndefined();
  });

  it('imdn - without a status it says nothing', () => {
    const disposition = { kind: 'other' };
    expect(readImdn(`<imdn ${NS}><message-id>1</message-id></imdn>`)?.disposition).toEqual(disposition);
    const empty = `<imdn ${NS}><message-id>1</message-id><delivery-notification/></imdn>`;
    expect(readImdn(empty)?.disposition).toEqual(disposition);
  });

  it('imdn - what is written reads back, and names its recipient', () => {
    const written = imdnDocument('a<b', { uri: 'sip:c@d' }, 0, 'display-notification');
    const uris = (recipient: string, original: string) =>
      `<recipient-uri>${recipient}</recipient-uri><original-recipient-uri>${original}</original-recipient-uri>`;
    expect(written).toContain(uris('sip:c@d', 'sip:c@d'));
    expect(written).toContain('<datetime>1970-01-01T00:00:00.000Z</datetime>');
    expect(readImdn(written)).toEqual({ messageId: 'a<b', disposition: { kind: 'displayed' } });
    const failed = imdnDocument(
      '1',
      { uri: 'sip:c@d', originalUri: 'im:e@f' },
      0,
      'delivery-notification',
      'failed',
    );
    expect(failed).toContain(uris('sip:c@d', 'im:e@f'));
    expect(readImdn(failed)?.disposition).toEqual({ kind: 'undelivered', status: 'failed' });
  });
});
