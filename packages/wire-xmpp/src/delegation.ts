/**
 * IQs that a server hands on to a component, and their answers. XEP-0355 §4.2.
 */
import type { XmlElement } from '@stoxgate/contracts';
import { el, elementsOf } from './element.ts';
import { NS } from './namespaces.ts';

/** The answer to a delegated IQ, in the answer to the IQ that delegated it, in the words of the version that this one speaks. */
export const delegatedAnswer = (outer: XmlElement, answer: XmlElement): XmlElement =>
  el(
    'iq',
    { type: 'result', id: outer.attrs.id, from: outer.attrs.to, to: outer.attrs.from },
    el(
      'delegation',
      { xmlns: elementsOf(outer)[0]?.attrs.xmlns },
      el('forwarded', { xmlns: NS.FORWARD }, { ...answer, attrs: { ...answer.attrs, xmlns: NS.CLIENT } }),
    ),
  );
