/**
 * Our Contact in requests and responses of a leg: the user, and the resource that has the call as GRUU. RFC 5627.
 */
import type { OwnContact } from '@stoxgate/contracts';
import type { InLeg, OutLeg } from './call-session.ts';
import { contactOf } from './invite-server.ts';
import { ownContact } from './leg.ts';
import type { Turn } from './turn.ts';

export function contactOfLeg(turn: Turn, leg: OutLeg | InLeg): OwnContact {
  if ('rung' in leg) return contactOf(turn, leg, leg.bound);
  const { contact, from } = leg.invite.request;
  return contact ?? ownContact(from.uri);
}
