/**
 * The session-accept for what the SIP party answered. XEP-0166 §6.4, draft-ietf-stox-media §10.
 */
import { callerOfSip, parseJid } from '@stoxgate/addressing';
import type { SipResponse } from '@stoxgate/contracts';
import { el } from '@stoxgate/wire-xmpp';
import { FIXED_RESOURCE } from '../fixed-resource.ts';
import { jingleFromAnswer } from '../media/jingle-from-answer.ts';
import type { MediaFault, MediaState } from '../media/media-state.ts';
import type { OutLeg } from './call-session.ts';
import { jingleSet } from './jingle-stanza.ts';
import { sdpContext, TIMERS, towards } from './leg.ts';
import type { Turn } from './turn.ts';

/** Full JID of who answered: the addressed one, else with the instance in Contact, else a fixed resource. */
function responderOf(turn: Turn, leg: OutLeg, response: SipResponse): string {
  if (parseJid(leg.contact)?.resource !== undefined) return leg.contact;
  const contact = response.contacts[0];
  const party = contact && callerOfSip(turn.policy.addresses, contact.uri, contact.params.gr);
  const resource = party?.ok === true ? parseJid(party.jid)?.resource : undefined;
  return `${leg.contact}/${resource ?? FIXED_RESOURCE}`;
}

export interface Accepted {
  readonly ok: true;
  readonly media: MediaState;
  readonly acceptIqId: string;
}

/** Sends the session-accept and what has to follow it, and waits for its result. Nothing is sent for unusable SDP. */
export function sendAccept(
  turn: Turn,
  leg: OutLeg,
  sdp: string,
  media: MediaState,
  response: SipResponse,
): Accepted | MediaFault {
  const answer = jingleFromAnswer(sdp, media, sdpContext(turn, leg, 'initiator'));
  if (!answer.ok) return answer;
  const to = towards(leg, leg.user);
  const responder = responderOf(turn, leg, response);
  const acceptIqId = jingleSet(turn, to, 'session-accept', answer.children, { responder });
  if (answer.removed.length > 0) {
    const contents = answer.removed.map(({ creator, name }) => el('content', { creator, name }));
    jingleSet(turn, to, 'content-remove', contents);
  }
  if (answer.replaced.length > 0) jingleSet(turn, to, 'transport-replace', answer.replaced);
  turn.clearTimer(TIMERS.out.ring);
  turn.setTimer(TIMERS.out.accept, turn.policy.iqTimeoutMs);
  return { ok: true, media: answer.media, acceptIqId };
}
