/**
 * Presence between XMPP users and SIP addresses: what the session of a user and those of its presence tell each other.
 */
import { z } from 'zod';
import { XmlElement } from './xml-element.ts';

/**
 * Presence of an XMPP user towards a SIP contact, handed on by the user's session. `isOnline`: whether the user has an
 * available resource, as far as is known, this stanza included.
 */
export const PresenceStanzaReceived = z.object({
  type: z.literal('presence.stanza.received'),
  domain: z.string(),
  stanza: XmlElement,
  isOnline: z.boolean(),
});

/** The SIP side shows this contact to the user no more: the subscription is over. */
export const PresenceRefused = z.object({
  type: z.literal('presence.refused'),
  /** Bare JID of the contact. */
  contact: z.string(),
});

/** A session wants to hear what is published of a SIP address. Sent to the key of what is; answered to `replyTo`. */
export const PresencePublishedWatched = z.object({
  type: z.literal('presence.published.watched'),
  replyTo: z.string(),
});

/** It wants to hear no more. */
export const PresencePublishedUnwatched = z.object({
  type: z.literal('presence.published.unwatched'),
  replyTo: z.string(),
});

/** What is published of a SIP address now, as a PIDF document; absent: nothing. */
export const PresencePublished = z.object({
  type: z.literal('presence.published'),
  pidf: z.string().optional(),
});

export const PRESENCE_EVENTS = [
  PresenceStanzaReceived,
  PresenceRefused,
  PresencePublishedWatched,
  PresencePublishedUnwatched,
  PresencePublished,
] as const;
