/**
 * Service discovery. XEP-0030.
 */
import type { XmlElement } from '@stoxgate/contracts';
import { childOf, childrenOf, el, textOf } from './element.ts';
import { NS } from './namespaces.ts';

export interface DiscoIdentity {
  readonly category: string;
  readonly type: string;
  readonly name?: string | undefined;
  readonly lang?: string | undefined;
}

/** A data form that extends disco#info (XEP-0128). */
export interface DiscoForm {
  readonly formType: string;
  readonly fields: readonly { readonly name: string; readonly values: readonly string[] }[];
}

export interface DiscoInfo {
  readonly identities: readonly DiscoIdentity[];
  readonly features: readonly string[];
  readonly forms?: readonly DiscoForm[] | undefined;
}

/** The `<query/>` of a disco#info result; forms are not written. */
export const discoInfoQuery = (info: DiscoInfo, node?: string): XmlElement =>
  el(
    'query',
    { xmlns: NS.DISCO_INFO, node },
    ...info.identities.map(({ category, type, name, lang }) =>
      el('identity', { category, type, name, 'xml:lang': lang }),
    ),
    ...info.features.map((feature) => el('feature', { var: feature })),
  );

/** The `<query/>` of a disco#items result. */
export const discoItemsQuery = (
  items: readonly { readonly jid: string; readonly node?: string; readonly name?: string }[],
  node?: string,
): XmlElement =>
  el(
    'query',
    { xmlns: NS.DISCO_ITEMS, node },
    ...items.map((item) => el('item', { jid: item.jid, node: item.node, name: item.name })),
  );

function readForm(form: XmlElement): DiscoForm | undefined {
  const fields = childrenOf(form, 'field').map((field) => ({
    name: field.attrs.var ?? '',
    hidden: field.attrs.type === 'hidden',
    values: childrenOf(field, 'value').map(textOf),
  }));
  const formType = fields.find((field) => field.name === 'FORM_TYPE');
  // XEP-0115 §5.4 (6): a form without a hidden FORM_TYPE does not count.
  if (formType === undefined || !formType.hidden) return undefined;
  return {
    formType: formType.values[0] ?? '',
    fields: fields.filter((field) => field !== formType).map(({ name, values }) => ({ name, values })),
  };
}

/** Reads the `<query/>` of a disco#info result. Total: what is incomplete reads as empty strings. */
export const readDiscoInfo = (query: XmlElement): DiscoInfo => ({
  identities: childrenOf(query, 'identity').map(({ attrs }) => ({
    category: attrs.category ?? '',
    type: attrs.type ?? '',
    name: attrs.name,
    lang: attrs['xml:lang'],
  })),
  features: childrenOf(query, 'feature').map(({ attrs }) => attrs.var ?? ''),
  forms: childrenOf(query, 'x')
    .filter((form) => form.attrs.xmlns === NS.DATA_FORMS && form.attrs.type === 'result')
    .map(readForm)
    .filter((form) => form !== undefined),
});

/** The disco#info `<query/>` in an IQ, if it has one. */
export const discoInfoOf = (iq: XmlElement): XmlElement | undefined => childOf(iq, 'query', NS.DISCO_INFO);
