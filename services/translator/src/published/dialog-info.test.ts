import { describe, expect, test } from 'vitest';
import { readDialogInfo } from './dialog-info.ts';

const NS = 'urn:ietf:params:xml:ns:dialog-info';
const info = (inner: string, attrs = "version='1' state='full' entity='sip:romeo@example.net'"): string =>
  `<dialog-info xmlns='${NS}' ${attrs}>${inner}</dialog-info>`;
const upIn = (text: string) =>
  readDialogInfo(text)
    ?.dialogs.filter(({ isUp }) => isUp)
    .map(({ id }) => id);

describe('dialog-info', () => {
  test('dialog-info - entity, version, state and dialogs are read', () => {
    const text = info(
      "<dialog id='a' direction='recipient'><state>early</state></dialog><dialog id='b'><state> confirmed\n</state></dialog>",
      "version=' 007 ' state='partial' entity=' sip:romeo@example.net '",
    );
    expect(readDialogInfo(text)).toEqual({
      entity: 'sip:romeo@example.net',
      version: 7,
      isFull: false,
      dialogs: [
        { id: 'a', isUp: false },
        { id: 'b', isUp: true },
      ],
    });
  });

  test('dialog-info - namespaces count, prefixes do not', () => {
    const prefixed = `<d:dialog-info xmlns:d='${NS}' state='full'><d:dialog id='a'><d:state>confirmed</d:state></d:dialog></d:dialog-info>`;
    expect(upIn(prefixed)).toEqual(['a']);
    expect(upIn(info("<dialog id='a' xmlns='urn:x'><state>confirmed</state></dialog>"))).toEqual([]);
    expect(upIn(info("<dialog id='a'><x:state xmlns:x='urn:x'>confirmed</x:state></dialog>"))).toEqual([]);
  });

  test('dialog-info - a call on hold is one', () => {
    const held = "<local><target uri='sip:a@b'><param pname='+sip.rendering' pval='no'/></target></local>";
    expect(upIn(info(`<dialog id='a'><state>confirmed</state>${held}</dialog>`))).toEqual(['a']);
  });

  test.each([
    ["entity='sip:a@b'", undefined, true],
    ["version='-1' state='odd'", undefined, true],
    ["version='1e3' state='partial'", undefined, false],
    ["version='99999999999999999999'", undefined, true],
  ])('dialog-info - with %s the version is %s, and full: %s', (attrs, version, isFull) => {
    expect(readDialogInfo(info('', attrs))).toMatchObject({ isFull });
    expect(readDialogInfo(info('', attrs))?.version).toBe(version);
  });

  test.each([
    '',
    'x',
    '<dialog-info/>',
    "<dialog-info xmlns='urn:x'/>",
    "<presence xmlns='urn:ietf:params:xml:ns:dialog-info'/>",
    `<dialog-info xmlns='${NS}'>`,
    `<!DOCTYPE d [<!ENTITY e 'confirmed'>]>${info('')}`,
    info('<dialog><state>&e;</state></dialog>'),
    info('<d>'.repeat(20) + '</d>'.repeat(20)),
    info(' '.repeat(70_000)),
  ])('dialog-info - %j is no such document', (text) => {
    expect(readDialogInfo(text)).toBeUndefined();
  });

  test('dialog-info - dialogs and their ids are bounded', () => {
    const many = `<dialog id='${'x'.repeat(400)}'><state>confirmed</state></dialog>`.repeat(100);
    const dialogs = readDialogInfo(info(many))?.dialogs;
    expect(dialogs).toHaveLength(64);
    expect(dialogs?.[0]?.id).toHaveLength(255);
  });
});
