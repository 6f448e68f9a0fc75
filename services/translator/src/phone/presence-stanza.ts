/**
 * Presence of a phone, as its owner's contacts see it. RFC 6121 §4.7.
 */
import { el, NS, serialize } from '@stoxgate/wire-xmpp';
import type { Shown } from './phone-session.ts';
import type { PhonesPolicy } from './phones-policy.ts';

/** What the owner's contacts see of the phone. Its priority lets no chat go to it. */
export const presence = (policy: PhonesPolicy, id: string, shown: Shown): string => {
  const isBusy = shown === 'onthephone';
  return serialize(
    el(
      'presence',
      { xmlns: NS.CLIENT, id },
      isBusy ? el('show', {}, policy.onthephoneShow) : undefined,
      isBusy && policy.onthephoneText !== '' ? el('status', {}, policy.onthephoneText) : undefined,
      el('priority', {}, String(policy.priority)),
    ),
  );
};

export const unavailable = (): string => serialize(el('presence', { xmlns: NS.CLIENT, type: 'unavailable' }));
