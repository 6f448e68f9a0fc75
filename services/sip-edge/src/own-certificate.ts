/**
 * The certificate of `sip.tls` while we run: its files are looked at every minute, since whoever renews certificates
 * replaces them; how long it is valid is a metric.
 */
import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Config, Logger } from '@stoxgate/runtime';
import type { TlsIdentity } from '@stoxgate/sip-stack';

const LOOK_EVERY_MS = 60_000;

const read = (file: string): string => readFileSync(file, 'utf8');

/** @throws when a file cannot be read. */
export const identityOf = ({
  cert_file,
  key_file,
  ca_file,
  verify_client,
}: Config['sip']['tls']): TlsIdentity => ({
  cert: read(cert_file),
  key: read(key_file),
  ...(ca_file === '' ? {} : { ca: read(ca_file) }),
  verifyClient: verify_client,
});

const isSame = (one: TlsIdentity, other: TlsIdentity): boolean =>
  one.cert === other.cert && one.key === other.key && one.ca === other.ca;

export class OwnCertificate {
  readonly #tls: Config['sip']['tls'];
  readonly #renew: (identity: TlsIdentity) => void;
  readonly #log: Logger;
  readonly #timer: NodeJS.Timeout;
  #used: TlsIdentity;
  /** The last that was refused: told once. */
  #refused: TlsIdentity | undefined;

  /** @param renew puts an identity to use; throws when it does not fit. */
  constructor(tls: Config['sip']['tls'], renew: (identity: TlsIdentity) => void, log: Logger) {
    this.#tls = tls;
    this.#renew = renew;
    this.#log = log;
    this.#used = identityOf(tls);
    this.#timer = setInterval(() => this.#look(), LOOK_EVERY_MS).unref();
  }

  /** Seconds until the certificate in use expires; below 0 once it has. */
  get expirySeconds(): number {
    return (Date.parse(new X509Certificate(this.#used.cert).validTo) - Date.now()) / 1000;
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #look(): void {
    let found: TlsIdentity | undefined;
    try {
      found = identityOf(this.#tls);
      if (isSame(found, this.#used)) return;
      this.#renew(found);
      this.#used = found;
      this.#log.info({ expirySeconds: Math.round(this.expirySeconds) }, 'certificate of sip.tls renewed');
    } catch (err) {
      // A file that is being written: the next look finds it whole.
      if (found !== undefined && this.#refused !== undefined && isSame(found, this.#refused)) return;
      this.#refused = found;
      this.#log.error({ err }, 'the new files of sip.tls do not fit: the certificate in use stays');
    }
  }
}
