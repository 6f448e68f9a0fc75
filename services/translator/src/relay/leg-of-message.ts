/**
 * Which leg of a call a SIP message belongs to, for the order that its messages keep. RFC 3261 §12.2.2.
 */
import type { Command, Event } from '@stoxgate/contracts';
import type { CallSession, InLeg, OutLeg } from '../call/call-session.ts';
import { tagOf } from '../call/dialog.ts';
import type { Side } from '../call/leg.ts';
import type { LegCommand, SipEvent } from './relay-state.ts';

export const isSipEvent = (event: Event): event is SipEvent =>
  event.type === 'sip.request.received' ||
  event.type === 'sip.response.received' ||
  event.type === 'sip.request.failed' ||
  event.type === 'sip.ack.timed-out';

export const isLegCommand = (command: Command): command is LegCommand =>
  command.type === 'sip.request.send' ||
  command.type === 'sip.response.send' ||
  command.type === 'media.request.send';

const sideOfTag = (session: CallSession | undefined, localTag: string): Side | undefined => {
  if (session?.out?.localTag === localTag) return 'out';
  return session?.in?.localTag === localTag ? 'in' : undefined;
};

/** Whether a request of ours that is under way belongs to a leg. */
function isRequestOf(leg: OutLeg | InLeg, branch: string): boolean {
  const { negotiation, refreshing, asking, bye } = leg;
  const offer = negotiation?.state === 'offer-sent' ? negotiation : undefined;
  const ofLeg = [offer, refreshing, asking, bye].some((request) => request?.branch === branch);
  if (ofLeg || !('early' in leg)) return ofLeg;
  const ofEarly = leg.early.flatMap(({ prack, update }) => [prack?.branch, update?.branch]);
  return leg.invite.branch === branch || ofEarly.includes(branch);
}

/** A request without To tag starts a call from SIP or cancels its start. */
export function sideOfEvent(session: CallSession | undefined, event: SipEvent): Side | undefined {
  switch (event.type) {
    case 'sip.request.received': {
      const { method, to } = event.request;
      if (tagOf(to) !== '') return sideOfTag(session, tagOf(to));
      return method === 'INVITE' || method === 'CANCEL' ? 'in' : undefined;
    }
    case 'sip.response.received':
      return sideOfTag(session, tagOf(event.response.from));
    case 'sip.ack.timed-out':
      return sideOfTag(session, event.localTag);
    case 'sip.request.failed': {
      const { out, in: from } = session ?? {};
      if (out !== undefined && isRequestOf(out, event.branch)) return 'out';
      return from !== undefined && isRequestOf(from, event.branch) ? 'in' : undefined;
    }
  }
}

export function sideOfCommand(session: CallSession | undefined, command: LegCommand): Side | undefined {
  switch (command.type) {
    case 'sip.request.send':
      return sideOfTag(session, tagOf(command.request.from));
    case 'sip.response.send':
      return sideOfTag(session, tagOf(command.response.to));
    case 'media.request.send':
      return command.exchange === 'out' || command.exchange === 'in' ? command.exchange : undefined;
  }
}
