/**
 * Telephone numbers in URIs: RFC 3966, and RFC 3261 §19.1.6 for `user=phone`.
 */
import type { AddressUri } from './sip-uri.ts';

/** A number without visual separators, and the domain that it is local to, if any. */
export interface Telephone {
  readonly number: string;
  readonly domain?: string;
}

const SEPARATORS = /[-.()]/g;
const NUMBER = /^\+?[0-9a-f*#]+$/i;
const EXTENSION = /^[0-9]+$/;

const strip = (text: string): string => text.replace(SEPARATORS, '');

function fromParts(written: string, param: (name: string) => string | undefined): Telephone | undefined {
  const digits = strip(written);
  if (!NUMBER.test(digits)) return undefined;
  const context = digits.startsWith('+') ? undefined : param('phone-context');
  const ext = strip(param('ext') ?? '');
  const suffix = EXTENSION.test(ext) ? `;ext=${ext}` : '';
  if (context === undefined || context === '') return { number: digits + suffix };
  if (!context.startsWith('+')) return { number: digits + suffix, domain: context };
  const prefix = strip(context);
  return NUMBER.test(prefix) ? { number: prefix + digits + suffix } : undefined;
}

/**
 * The number in a `tel:` URI or in a SIP URI with `user=phone`; undefined when the URI holds none. Parameters other
 * than `ext` and `phone-context` are dropped; a `phone-context` with `+` becomes the number's prefix.
 */
export function telephoneOf(uri: AddressUri): Telephone | undefined {
  if (uri.user === undefined) return undefined;
  if (uri.scheme === 'tel') return fromParts(uri.user, (name) => uri.params.get(name));
  if (uri.params.get('user')?.toLowerCase() !== 'phone') return undefined;
  const [number = '', ...rest] = uri.user.split(';');
  const params = new Map(
    rest.map((part) => {
      const [name = '', value = ''] = part.split('=', 2);
      return [name.toLowerCase(), value] as const;
    }),
  );
  const found = fromParts(number, (name) => params.get(name));
  return found === undefined ? undefined : { number: found.number };
}

/**
 * Whether the unescaped user is a global number as RFC 3966 §5.1.4 has it, so that its URI says `user=phone`. A local
 * number would need a `phone-context`, and nobody knows which.
 */
export const isGlobalNumber = (user: string): boolean => /^\+[0-9]+(?:;ext=[0-9]+)?$/.test(user);

const WRITTEN = /^(?=[^;]*[0-9*#])([-.() ]*\+?[-0-9*#.() ]+)(;.*)?$/s;

/**
 * The parts of a user that is written like a number: what is dialled, without visual separators (RFC 3966 §5.1.1), and
 * the parameters behind it. Any other text is all number.
 */
export function plainNumber(text: string): { readonly number: string; readonly suffix: string } {
  const [, written, suffix = ''] = WRITTEN.exec(text) ?? [];
  return written === undefined
    ? { number: text, suffix }
    : { number: written.replace(/[-.() ]/g, ''), suffix };
}
