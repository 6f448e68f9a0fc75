/**
 * Entity capabilities: a hash that stands for disco#info. XEP-0115.
 */

import { sha1 } from '@noble/hashes/legacy.js';
import { utf8ToBytes } from '@noble/hashes/utils.js';
import type { XmlElement } from '@stoxgate/contracts';
import type { DiscoForm, DiscoInfo } from './disco.ts';
import { el } from './element.ts';
import { NS } from './namespaces.ts';
import { compareOctets } from './octets.ts';

const sorted = (texts: readonly string[]): readonly string[] => [...texts].sort(compareOctets);

const formString = (form: DiscoForm): string =>
  `${form.formType}<` +
  [...form.fields]
    .sort((a, b) => compareOctets(a.name, b.name))
    .map((field) => `${[field.name, ...sorted(field.values)].join('<')}<`)
    .join('');

/** The string S that is hashed. XEP-0115 §5.1. */
export function capsString(info: DiscoInfo): string {
  const identities = info.identities.map(
    ({ category, type, lang = '', name = '' }) => `${category}/${type}/${lang}/${name}`,
  );
  const forms = [...(info.forms ?? [])].sort((a, b) => compareOctets(a.formType, b.formType));
  const lines = [...sorted(identities), ...sorted(info.features)].map((line) => `${line}<`);
  return lines.join('') + forms.map(formString).join('');
}

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

function base64(bytes: Uint8Array): string {
  let text = '';
  for (let i = 0; i < bytes.length; i += 3) {
    const word = ((bytes[i] ?? 0) << 16) | ((bytes[i + 1] ?? 0) << 8) | (bytes[i + 2] ?? 0);
    for (let shift = 18; shift >= 0; shift -= 6) text += ALPHABET.charAt((word >> shift) & 63);
  }
  const padding = (3 - (bytes.length % 3)) % 3;
  return text.slice(0, text.length - padding) + '='.repeat(padding);
}

/** The verification string: base64 of SHA-1 of S. XEP-0115 §5.1. */
export const capsVer = (info: DiscoInfo): string => base64(sha1(utf8ToBytes(capsString(info))));

/** XEP-0115 §5.4: what has a part twice, or one with the separator in it, could be made to fit another's hash. */
function isSound({ identities, features, forms = [] }: DiscoInfo): boolean {
  const who = identities.map(({ category, type, lang = '', name = '' }) =>
    [category, type, lang, name].join('\0'),
  );
  const types = forms.map(({ formType }) => formType);
  const lists = [who, features, types];
  const texts = [
    ...identities.flatMap(({ category, type, lang = '', name = '' }) => [category, type, lang, name]),
    ...features,
    ...forms.flatMap(({ formType, fields }) => [
      formType,
      ...fields.flatMap(({ name, values }) => [name, ...values]),
    ]),
  ];
  return (
    lists.every((list) => new Set(list).size === list.length) && texts.every((text) => !text.includes('<'))
  );
}

/** Whether a verification string is that of `info`, which nobody could have made up for it. XEP-0115 §5.4. */
export const verifiesCaps = (info: DiscoInfo, ver: string): boolean => isSound(info) && capsVer(info) === ver;

/** The `<c/>` for a presence; `node` names the software. XEP-0115 §4. */
export const capsElement = (node: string, ver: string): XmlElement =>
  el('c', { xmlns: NS.CAPS, hash: 'sha-1', node, ver });
