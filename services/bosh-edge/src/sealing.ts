/**
 * Passwords at rest and on the bus. With a key: AES-256-GCM, bound to the phone that they are for. The nonce derives from
 * phone and password, so that an account that is imported again is the same text; two different ones never share a nonce
 * but by the chance of 96 bits.
 */
import { createCipheriv, createDecipheriv, createHmac, hkdfSync } from 'node:crypto';
import type { SealedSecret, SessionKey } from '@stoxgate/contracts';

const CIPHER = 'aes-256-gcm';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

export interface Sealer {
  seal(phone: SessionKey, password: string): SealedSecret;
  /** The password; undefined when it is of another phone or key, or there is no key. */
  open(phone: SessionKey, secret: SealedSecret): string | undefined;
}

/** The bytes of `phones.key`, which was checked with the configuration. */
const bytesOf = (key: string): Buffer => Buffer.from(key, key.length === 64 ? 'hex' : 'base64');

/** @param key `phones.key`; undefined: passwords stay as they are, and only such are opened. */
export function createSealer(key: string | undefined): Sealer {
  const secretKey = key === undefined ? undefined : bytesOf(key);
  const nonceKey = secretKey && Buffer.from(hkdfSync('sha256', secretKey, '', 'stoxgate phones: nonces', 32));
  return {
    seal: (phone, password) => {
      if (secretKey === undefined || nonceKey === undefined) {
        return { form: 'open', text: Buffer.from(password, 'utf8').toString('base64') };
      }
      const derived = createHmac('sha256', nonceKey).update(`${phone.length}:${phone}${password}`).digest();
      const nonce = derived.subarray(0, NONCE_BYTES);
      const cipher = createCipheriv(CIPHER, secretKey, nonce).setAAD(Buffer.from(phone, 'utf8'));
      const sealed = Buffer.concat([cipher.update(password, 'utf8'), cipher.final()]);
      return { form: CIPHER, text: Buffer.concat([nonce, sealed, cipher.getAuthTag()]).toString('base64') };
    },
    open: (phone, { form, text }) => {
      const bytes = Buffer.from(text, 'base64');
      if (form === 'open') return bytes.toString('utf8');
      if (secretKey === undefined || bytes.length < NONCE_BYTES + TAG_BYTES) return undefined;
      try {
        const decipher = createDecipheriv(CIPHER, secretKey, bytes.subarray(0, NONCE_BYTES), {
          authTagLength: TAG_BYTES,
        })
          .setAAD(Buffer.from(phone, 'utf8'))
          .setAuthTag(bytes.subarray(-TAG_BYTES));
        const sealed = bytes.subarray(NONCE_BYTES, -TAG_BYTES);
        return Buffer.concat([decipher.update(sealed), decipher.final()]).toString('utf8');
      } catch {
        return undefined;
      }
    },
  };
}
