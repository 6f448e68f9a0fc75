/**
 * The certificate that we show to SIP peers. What is broken of it is found with the configuration; here is what will be.
 */
import { X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import type { Config } from '@stoxgate/runtime';
import { type Finding, well, wrong } from '../findings.ts';
import type { Probes } from '../probes.ts';

const SOON_DAYS = 30;
const DAY_MS = 86_400_000;
const PEM = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

const certificatesIn = (pem: string): X509Certificate[] =>
  (pem.match(PEM) ?? []).map((one) => new X509Certificate(one));

export async function checkCertificate({ sip }: Config, probes: Probes): Promise<readonly Finding[]> {
  const { cert_file, ca_file } = sip.tls;
  if (cert_file === '') return [];
  const key = 'sip.tls.cert_file';
  const [own, ...chain] = certificatesIn((await probes.readFile(cert_file)) ?? '');
  if (own === undefined) return [];
  const findings: Finding[] = [];
  const days = Math.floor((Date.parse(own.validTo) - probes.now()) / DAY_MS);
  if (days < SOON_DAYS) {
    findings.push(
      wrong(
        'certificate-expires',
        key,
        `the certificate expires in ${days} days, on ${own.validTo}`,
        'renew it; a new file is read without a restart',
      ),
    );
  }
  const { local_host: host } = sip;
  const isNamed = isIP(host) === 0 ? own.checkHost(host) !== undefined : own.checkIP(host) !== undefined;
  if (!isNamed) {
    findings.push(
      wrong(
        'certificate-name',
        key,
        `the certificate does not name ${host}, which peers are told to connect to`,
        'put sip.local_host among its names, or a name of it into sip.local_host',
      ),
    );
  }
  const authorities = ca_file === '' ? [] : certificatesIn((await probes.readFile(ca_file)) ?? '');
  const isIssued = [...chain, ...authorities].some(
    (authority) => own.checkIssued(authority) && own.verify(authority.publicKey),
  );
  if (ca_file !== '' && !isIssued) {
    findings.push(
      wrong(
        'certificate-untrusted',
        'sip.tls.ca_file',
        `the certificate in ${cert_file} is of none of the authorities there, nor does its chain follow it`,
        'add the chain to cert_file, or the authority to ca_file, if peers know no other',
      ),
    );
  }
  return findings.length > 0 ? findings : [well(key, `valid for ${days} days, names ${host}`)];
}
