/**
 * What the watching user is told of the contact. RFC 8048 §5.2, §6.3; RFC 6121 §4.
 */
import { contactOfSip } from '@stoxgate/addressing';
import { keyOfUser, type SipRequest } from '@stoxgate/contracts';
import { dialogEnded } from '../dialog/step-dialog.ts';
import { FIXED_RESOURCE } from '../fixed-resource.ts';
import { available, sendPresence } from '../user/contact-presence.ts';
import type { PidfDocument } from './pidf.ts';
import type { PresenceTurn } from './presence-turn.ts';
import { publishedCommand } from './published-command.ts';
import { newsIn, presenceOf, resourcesIn, type ShownResource } from './shown-presence.ts';
import type { Watching } from './watching.ts';

const LANGUAGE_TAG = /^[A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*$/;

const endsOf = (turn: PresenceTurn, { contact }: Watching, to: string) => ({
  contact,
  to,
  ver: turn.policy.caps.phone,
  now: turn.now,
});

/** Whether a document is about the contact and nobody else: what is told of others must not get out. */
export function isAbout(turn: PresenceTurn, { entity }: PidfDocument): boolean {
  const found = contactOfSip(turn.policy.addresses, entity.replace(/^sips:/i, 'sip:'));
  return found.ok && found.aor === turn.aor;
}

const languageOf = ({ headers }: SipRequest): string | undefined => {
  const lang = headers['content-language']?.[0]?.trim() ?? '';
  return LANGUAGE_TAG.test(lang) ? lang : undefined;
};

/** What a NOTIFY tells. */
export const show = (
  turn: PresenceTurn,
  half: Watching,
  document: PidfDocument,
  request: SipRequest,
): Watching => showDocument(turn, half, document, languageOf(request));

/** Tells the user what is new in a document, and remembers all of it. */
export function showDocument(
  turn: PresenceTurn,
  half: Watching,
  document: PidfDocument,
  lang?: string,
): Watching {
  const shown = resourcesIn(half.contact, document, half.shown, lang);
  for (const stanza of newsIn(endsOf(turn, half, turn.user), half.shown, shown))
    turn.say(half.domain, stanza);
  return { ...half, shown };
}

/** Tells `to` all that is known; of a contact of which that is nothing, nothing. */
export function showAll(turn: PresenceTurn, half: Watching, to: string): void {
  const { domain, contact, phase } = half;
  if (phase.name === 'resting' && phase.isAvailable) turn.issue(available(turn.policy, domain, contact, to));
  for (const one of half.shown) turn.say(domain, presenceOf(endsOf(turn, half, to), one));
}

/** The XMPP server has forgotten what presence it was sent. */
export function watchingShownAgain(turn: PresenceTurn, half: Watching): Watching {
  showAll(turn, half, turn.user);
  return half;
}

/** Every resource is unavailable: nobody knows of it any more. */
export function hide(turn: PresenceTurn, half: Watching): Watching {
  const { domain, contact, phase } = half;
  const closed = (one: ShownResource) => ({ resource: one.resource, isOpen: false });
  for (const one of half.shown.filter(({ isOpen }) => isOpen))
    turn.say(domain, presenceOf(endsOf(turn, half, turn.user), closed(one)));
  if (phase.name === 'resting' && phase.isAvailable) {
    turn.issue(sendPresence(domain, `${contact}/${FIXED_RESOURCE}`, turn.user, 'unavailable'));
  }
  return half.shown.length === 0 ? half : { ...half, shown: [] };
}

/** The user is let; the contact asks back, so that the user's own presence is known. RFC 6121 §3.1. */
export function letIn(turn: PresenceTurn, half: Watching): Watching {
  const { authorization, domain, contact } = half;
  if (authorization === 'active') return half;
  turn.issue(sendPresence(domain, contact, turn.user, 'subscribed'));
  turn.issue(sendPresence(domain, contact, turn.user, 'subscribe'));
  return { ...half, authorization: 'active' };
}

/** The half without its subscription: requests of it have no owner any more. */
export function withoutSubscription(
  turn: PresenceTurn,
  half: Watching,
): Omit<Watching, 'subscription' | 'isPublished'> {
  const { subscription, isPublished, ...rest } = half;
  if (isPublished === true) turn.issue(publishedCommand(turn, 'presence.published.unwatched'));
  if (subscription !== undefined) turn.issue(dialogEnded(subscription.dialog.callId));
  return rest;
}

/** It is over for good: the user sees the contact no more, and hears so. */
export function cancel(turn: PresenceTurn, half: Watching): undefined {
  const { domain, contact } = hide(turn, half);
  withoutSubscription(turn, half);
  turn.issue(sendPresence(domain, contact, turn.user, 'unsubscribed'));
  if (half.isLeft === undefined) {
    const event = { type: 'presence.refused' as const, contact };
    turn.issue({ type: 'session.notify', key: keyOfUser(turn.user), event });
  }
  return undefined;
}
