/**
 * The files of `sip.tls`, checked before anything starts.
 */
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { resolve } from 'node:path';
import type { Role } from './checks.ts';
import { readSecret } from './environment.ts';
import type { Problem } from './problems.ts';
import type { Config } from './schema.ts';

type Tls = Config['sip']['tls'];
type FileKey = 'cert_file' | 'key_file' | 'ca_file';

const KINDS: Readonly<Record<FileKey, string>> = {
  cert_file: 'certificate in PEM',
  key_file: 'private key in PEM without passphrase',
  ca_file: 'certificate in PEM',
};

/** What `parse` makes of the text, or undefined when it is no such thing. */
function attempt<Value>(parse: () => Value): Value | undefined {
  try {
    return parse();
  } catch {
    return undefined;
  }
}

/** What is wrong with the time that a certificate is valid, and what helps; undefined: nothing. */
function validityFault({ validFrom, validTo }: X509Certificate, path: string): string | undefined {
  const now = Date.now();
  if (now > Date.parse(validTo)) {
    return `the certificate in ${path} expired on ${validTo}: renew it, or put in the new one.`;
  }
  if (now < Date.parse(validFrom)) {
    return `the certificate in ${path} is not valid before ${validFrom}: put in one that is, or set the clock right.`;
  }
  return undefined;
}

/**
 * `sip.tls` with absolute paths, taken relative to `directory`. A problem for each file that cannot be read or does not
 * hold what it should, for a certificate that is not valid now, and for a key that is not the certificate's. Files are looked at by roles that speak SIP only.
 */
export function resolveTls(
  { sip: { tls } }: Config,
  directory: string,
  role: Role,
): { readonly tls?: Tls; readonly problems: readonly Problem[] } {
  const isNeeded = role === 'all' || role === 'sip-edge' || role === 'msrp-edge';
  if (tls.cert_file === '' || !isNeeded) return { tls, problems: [] };
  const problems: Problem[] = [];
  const fault = (key: FileKey, text: string): void => {
    problems.push({ path: ['sip', 'tls', key], sentence: `sip.tls.${key}: ${text}` });
  };
  const load = <Value>(key: FileKey, parse: (text: string) => Value): Value | undefined => {
    if (tls[key] === '') return undefined;
    const path = resolve(directory, tls[key]);
    const read = readSecret(path);
    if (!read.ok) {
      fault(key, read.problem);
      return undefined;
    }
    const value = attempt(() => parse(read.value));
    if (value === undefined) fault(key, `${path} holds no ${KINDS[key]}.`);
    return value;
  };
  const certificate = load('cert_file', (text) => new X509Certificate(text));
  const key = load('key_file', (text) => createPrivateKey(text));
  load('ca_file', (text) => new X509Certificate(text));
  const validity = certificate && validityFault(certificate, resolve(directory, tls.cert_file));
  if (validity !== undefined) fault('cert_file', validity);
  if (certificate !== undefined && key !== undefined && !certificate.checkPrivateKey(key)) {
    fault('key_file', 'the key is not that of the certificate in cert_file.');
  }
  if (problems.length > 0) return { problems };
  const absolute = (file: string): string => (file === '' ? '' : resolve(directory, file));
  const { cert_file, key_file, ca_file } = tls;
  return {
    tls: {
      ...tls,
      cert_file: absolute(cert_file),
      key_file: absolute(key_file),
      ca_file: absolute(ca_file),
    },
    problems,
  };
}
