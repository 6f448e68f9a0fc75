/**
 * Certificates and keys for tests alone, valid until 2126. See certificates/README.md.
 */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Of `testing/certificates/`: path of a file. */
export const certificateFile = (name: string): string =>
  fileURLToPath(new URL(`./certificates/${name}.pem`, import.meta.url));

const read = (name: string): string => readFileSync(certificateFile(name), 'utf8');

export interface TestIdentity {
  readonly cert: string;
  readonly key: string;
}

const identity = (name: string): TestIdentity => ({ cert: read(`${name}.cert`), key: read(`${name}.key`) });

/** The authority of all but `STRANGER`. */
export const TEST_CA = read('test-ca.cert');
/** DNS localhost, IP 127.0.0.1 and ::1. */
export const LOCALHOST = identity('test-localhost');
/** DNS proxy.test, URI sip:sip-domain.test. */
export const PROXY = identity('test-proxy');
/** DNS *.test. */
export const WILDCARD = identity('test-wildcard');
/** As LOCALHOST, of another authority. */
export const STRANGER = identity('test-stranger');
