/**
 * Who may change something by the admin listener.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import { isLoopback } from './config/bosh-url.ts';

export interface Refusal {
  readonly status: 401 | 403;
  readonly error: string;
}

/** What a proxy adds, or a browser: whoever asks through one of them only seems to be on this machine. */
const BROUGHT_BY_OTHERS = ['origin', 'forwarded', 'x-forwarded-for', 'x-real-ip', 'via'];

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

/**
 * Why the request is refused; undefined: it is not. With a token it must be shown (RFC 6750 §2.1); without, whoever asks must
 * be a program on this machine.
 *
 * @param headerOf value of a header, by its name in lower case.
 * @param peer address that the connection comes from.
 */
export function refusalOf(
  headerOf: (name: string) => string | undefined,
  peer: string | undefined,
  token: string | undefined,
): Refusal | undefined {
  if (token !== undefined) {
    const shown = /^bearer +(\S+)$/i.exec(headerOf('authorization') ?? '')?.[1];
    if (shown !== undefined && timingSafeEqual(digest(shown), digest(token))) return undefined;
    return { status: 401, error: 'Show the token of admin.token: Authorization: Bearer TOKEN' };
  }
  const isHere = peer !== undefined && isLoopback(peer);
  if (isHere && BROUGHT_BY_OTHERS.every((name) => headerOf(name) === undefined)) return undefined;
  return {
    status: 403,
    error: 'Only programs on this machine may do that: set admin.token or admin.token_file to let others in.',
  };
}
