/**
 * SIP user and instance → localpart and resource: RFC 7247 §5.3, with the full XEP-0106 table.
 */

import { prepareLocalpart, prepareResource } from './jid.ts';
import { escapeLocalpart } from './jid-escape.ts';
import { percentDecode } from './percent.ts';

export type Part =
  | { readonly ok: true; readonly text: string }
  | { readonly ok: false; readonly cause: 'coding' | 'characters' };

const part = (text: string | undefined): Part =>
  text === undefined ? { ok: false, cause: 'characters' } : { ok: true, text };

/**
 * The text of a percent-coded SIP user: `coding` when it is no percent-coded UTF-8.
 */
export function sipUserText(user: string): Part {
  const text = percentDecode(user);
  return text === undefined ? { ok: false, cause: 'coding' } : { ok: true, text };
}

/** Localpart of any text: escaped, then prepared. `characters`: no localpart can stand for it. */
export function localpartOf(text: string): Part {
  const escaped = escapeLocalpart(text);
  return part(escaped === undefined ? undefined : prepareLocalpart(escaped));
}

/** Resource of a percent-coded `gr` value. */
export function resourceOfGr(gr: string): Part {
  const text = percentDecode(gr);
  return text === undefined ? { ok: false, cause: 'coding' } : part(prepareResource(text));
}
