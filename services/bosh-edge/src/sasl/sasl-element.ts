/**
 * Elements of a SASL exchange that take the password. RFC 6120 §6.4, RFC 4616, RFC 5802. The same step has the same text.
 */
import type { SaslStep, SealedSecret } from '@stoxgate/contracts';
import { el, serialize } from '@stoxgate/wire-xmpp';
import { saslPrepared } from './prepare.ts';
import { scramEnd, scramFirst } from './scram.ts';

export const SASL = 'urn:ietf:params:xml:ns:xmpp-sasl';

export type SaslElement =
  /** `isProven`: of the text of the server's last word, base64; of SCRAM only. */
  | { readonly ok: true; readonly xml: string; isProven?(success: string): boolean }
  | { readonly ok: false; readonly cause: 'secret' | 'unusable' };

const SECRET: SaslElement = { ok: false, cause: 'secret' };

const base64 = (text: string): string => Buffer.from(text, 'utf8').toString('base64');

const auth = (mechanism: string, message: string): SaslElement => ({
  ok: true,
  xml: serialize(el('auth', { xmlns: SASL, mechanism }, base64(message))),
});

/** @param open gives the password; undefined when it cannot. */
export async function saslElement(
  step: SaslStep,
  open: (secret: SealedSecret) => string | undefined,
): Promise<SaslElement> {
  if (step.step === 'scram-first') {
    const message = scramFirst(step.username, step.nonce);
    return message === undefined ? SECRET : auth(step.mechanism, message);
  }
  const password = open(step.secret);
  if (password === undefined) return SECRET;
  if (step.step === 'plain') {
    const [name, secret] = [saslPrepared(step.username), saslPrepared(password)];
    return name === undefined || secret === undefined ? SECRET : auth('PLAIN', `\0${name}\0${secret}`);
  }
  const end = await scramEnd({ ...step, password });
  if (!end.ok) return end;
  const xml = serialize(el('response', { xmlns: SASL }, base64(end.message)));
  return { ok: true, xml, isProven: end.isProven };
}
