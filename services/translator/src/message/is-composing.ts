/**
 * Who is typing: `application/im-iscomposing+xml`. RFC 3994.
 */
import { childOf, el, parseXml, serialize, textOf } from '@stoxgate/wire-xmpp';
import { COMPOSING_MS } from './limits.ts';

export const IS_COMPOSING = 'application/im-iscomposing+xml';
const NAMESPACE = 'urn:ietf:params:xml:ns:im-iscomposing';

/** §3.2: a receiver need not believe in less than a minute, nor in more than an hour. */
const MIN_REFRESH_S = 60;
const MAX_REFRESH_S = 3600;

export interface IsComposing {
  readonly isActive: boolean;
  /** How long `active` holds without another word. */
  readonly refreshMs: number;
}

/** Reads a state; one that is not known is idle (§3.3). Total: undefined for what is none. */
export function readIsComposing(text: string): IsComposing | undefined {
  const parsed = parseXml(text.trim());
  if (!parsed.ok || parsed.element.name !== 'isComposing' || parsed.element.attrs.xmlns !== NAMESPACE) {
    return undefined;
  }
  const state = childOf(parsed.element, 'state');
  const refresh = childOf(parsed.element, 'refresh');
  const refreshS = refresh === undefined ? Number.NaN : Number(textOf(refresh).trim() || Number.NaN);
  return {
    isActive: state !== undefined && textOf(state).trim() === 'active',
    refreshMs:
      refreshS > 0 ? Math.min(Math.max(refreshS, MIN_REFRESH_S), MAX_REFRESH_S) * 1000 : COMPOSING_MS,
  };
}

/** The document that says so; `active` with the time it holds. */
export function isComposingDocument(isActive: boolean): string {
  const document = el(
    'isComposing',
    { xmlns: NAMESPACE },
    el('state', {}, isActive ? 'active' : 'idle'),
    el('contenttype', {}, 'text/plain'),
    isActive ? el('refresh', {}, String(COMPOSING_MS / 1000)) : undefined,
  );
  return `<?xml version="1.0" encoding="UTF-8"?>\r\n${serialize(document)}\r\n`;
}
