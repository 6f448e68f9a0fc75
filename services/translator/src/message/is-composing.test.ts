import { describe, expect, it } from 'vitest';
import { isComposingDocument, readIsComposing } from './is-composing.ts';

const say = (inside: string): string =>
  `<?xml version='1.0'?>\n<isComposing xmlns='urn:ietf:params:xml:ns:im-iscomposing'>${inside}</isComposing>`;

describe('is composing', () => {
  it.each([
    [
      'active with its time',
      '<state>active</state><refresh>90</refresh>',
      { isActive: true, refreshMs: 90_000 },
    ],
    ['active without', '<state> active </state>', { isActive: true, refreshMs: 120_000 }],
    [
      'a time that is too short',
      '<state>active</state><refresh>1</refresh>',
      { isActive: true, refreshMs: 60_000 },
    ],
    [
      'a time without end',
      '<state>active</state><refresh>99999999</refresh>',
      { isActive: true, refreshMs: 3_600_000 },
    ],
    [
      'a time that is none',
      '<state>active</state><refresh>x</refresh>',
      { isActive: true, refreshMs: 120_000 },
    ],
    [
      'idle',
      '<state>idle</state><lastactive>2003-01-27T10:43:00Z</lastactive>',
      { isActive: false, refreshMs: 120_000 },
    ],
    ['a state that is not known is idle', '<state>dancing</state>', { isActive: false, refreshMs: 120_000 }],
    ['no state is idle', '', { isActive: false, refreshMs: 120_000 }],
  ])('is composing - %s (RFC 3994 §3)', (_, inside, read) => {
    expect(readIsComposing(say(inside))).toEqual(read);
  });

  it('is composing - other documents are none', () => {
    expect(readIsComposing('active')).toBeUndefined();
    expect(readIsComposing("<isComposing xmlns='x'/>")).toBeUndefined();
  });

  it('is composing - what is written reads back', () => {
    expect(readIsComposing(isComposingDocument(true))).toEqual({ isActive: true, refreshMs: 120_000 });
    expect(readIsComposing(isComposingDocument(false))?.isActive).toBe(false);
    expect(isComposingDocument(false)).not.toContain('refresh');
  });
});
