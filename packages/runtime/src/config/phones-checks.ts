import { resolve } from 'node:path';
import { boshUrlFault, clientUrlFault } from './bosh-url.ts';
import { readSecret } from './environment.ts';
import type { KeyPath } from './key-tree.ts';
import { SEALING_KEY, SEALING_KEY_ADVICE } from './phones-schema.ts';
import type { Problem } from './problems.ts';
import type { Config } from './schema.ts';

type PhonesConfig = Config['phones'];

/** Whether states of phones are shown in XMPP accounts: the BOSH edge runs then. */
export const arePhonesShown = ({ phones }: Pick<Config, 'phones'>): boolean =>
  phones.transport === 'bosh'
    ? phones.bosh_url !== '' || phones.bosh_urls.length > 0
    : phones.client_url !== '' || phones.client_urls.length > 0;

/** What is to be set for phones to be shown. */
const WHERE = {
  bosh: 'phones.bosh_url, the connection manager to log in at',
  client: 'phones.client_url, the server to log in at',
} as const;

export function phonesChecks({ phones }: Config): Problem[] {
  const problems: Problem[] = [];
  const problem = (path: KeyPath, sentence: string): void => void problems.push({ path, sentence });
  const checkUrls = (key: 'bosh_url' | 'client_url', faultOf: typeof boshUrlFault): void => {
    const check = (url: string, path: KeyPath, name: string): void => {
      const fault = faultOf(url, phones.allow_plain);
      if (fault !== undefined) problem(path, `${name} ${fault}.`);
    };
    if (phones[key] !== '') check(phones[key], ['phones', key], `phones.${key}`);
    const seen = new Set<string>();
    phones[`${key}s`].forEach(({ domain, url }, at) => {
      const name = `phones.${key}s[${at}]`;
      const path = ['phones', `${key}s`, at];
      check(url, [...path, 'url'], `${name}.url`);
      if (seen.has(domain)) problem([...path, 'domain'], `${name}: ${domain} is there twice; keep one.`);
      seen.add(domain);
    });
  };
  checkUrls('bosh_url', boshUrlFault);
  checkUrls('client_url', clientUrlFault);
  for (const [key, isSet] of [
    ['file', phones.file !== ''],
    ['database', phones.database.url !== ''],
    ['watch_dialogs', phones.watch_dialogs],
  ] as const) {
    if (isSet && !arePhonesShown({ phones })) {
      problem(['phones', key], `phones.${key} needs ${WHERE[phones.transport]}.`);
    }
  }
  if (phones.key !== undefined && phones.key_file !== undefined) {
    problem(['phones', 'key_file'], 'phones has both key and key_file; keep one.');
  }
  return problems;
}

/** `phones` with absolute paths, taken relative to `directory`, and with the key that is in a file. */
export function resolvePhones(
  { phones }: Config,
  directory: string,
): { readonly phones?: PhonesConfig; readonly problems: readonly Problem[] } {
  const absolute = (file: string): string => (file === '' ? '' : resolve(directory, file));
  const paths = { file: absolute(phones.file), ca_file: absolute(phones.ca_file) };
  if (phones.key_file === undefined) return { phones: { ...phones, ...paths }, problems: [] };
  const found = readSecret(resolve(directory, phones.key_file));
  const fault = !found.ok
    ? found.problem
    : SEALING_KEY.test(found.value)
      ? undefined
      : `holds no key: ${SEALING_KEY_ADVICE}.`;
  if (!found.ok || fault !== undefined) {
    const path = ['phones', 'key_file'];
    return { problems: [{ path, sentence: `phones.key_file: ${fault}` }] };
  }
  return { phones: { ...phones, ...paths, key: found.value }, problems: [] };
}
