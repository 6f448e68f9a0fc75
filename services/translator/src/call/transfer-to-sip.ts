/**
 * The XMPP party transfers the call: REFER, and what NOTIFY says of it. XEP-0251 §2, RFC 3515, RFC 5589 §6.
 */
import { keyOfSid, type LiveLeg, type SipRequest, type XmlElement } from '@stoxgate/contracts';
import { el, NS } from '@stoxgate/wire-xmpp';
import type { InLeg, OutLeg } from './call-session.ts';
import { run } from './errands.ts';
import type { JingleRequest } from './jingle.ts';
import { acknowledge, jingleSet, type Refusal, refuse } from './jingle-stanza.ts';
import { endLeg, isSameBare, type Side, sendBye, towards } from './leg.ts';
import { partyOf } from './leg-party.ts';
import { askForLegs } from './live-legs.ts';
import { formatReferTo, formatReplaces } from './replaces.ts';
import { uriOfJid } from './transfer.ts';
import type { Turn } from './turn.ts';

function sendRefer<AnyLeg extends OutLeg | InLeg>(
  turn: Turn,
  leg: AnyLeg,
  uri: string,
  replaces?: string,
): AnyLeg {
  const by = uriOfJid(turn, leg.user.split('/', 1)[0] ?? leg.user);
  return run(
    turn,
    { ...leg, referring: { uri } },
    {
      purpose: 'refer',
      method: 'REFER',
      withContact: true,
      headers: {
        'refer-to': [formatReferTo(uri, replaces)],
        ...(by === undefined ? {} : { 'referred-by': [`<${by}>`] }),
      },
    },
  );
}

function refusalOf(turn: Turn, leg: OutLeg | InLeg, to: string | undefined): Refusal | undefined {
  if (!turn.policy.transfer) return 'feature-not-implemented';
  if (to === undefined || to === '') return 'bad-request';
  if (leg.state !== 'active' || leg.referring !== undefined) return 'out-of-order';
  return uriOfJid(turn, to) === undefined ? 'item-not-found' : undefined;
}

/** session-info `transfer`: REFER; with a sid after the call of that sid has told its dialog. */
export function transferToSip<AnyLeg extends OutLeg | InLeg>(
  turn: Turn,
  leg: AnyLeg,
  { iq }: JingleRequest,
  transfer: XmlElement,
): AnyLeg {
  const { to, sid } = transfer.attrs;
  const refusal = refusalOf(turn, leg, to);
  const uri = to === undefined ? undefined : uriOfJid(turn, to);
  if (refusal !== undefined || uri === undefined) {
    refuse(turn, iq, refusal ?? 'item-not-found');
    return leg;
  }
  acknowledge(turn, iq);
  if (!sid) return sendRefer(turn, leg, uri);
  const asked = keyOfSid(sid, turn.policy.callIdHost);
  askForLegs(turn, asked);
  return { ...leg, referring: { uri, sid, asked } };
}

/** The other call's dialogs: the one that the user has under this sid is what the call to come replaces. */
export function referWith<AnyLeg extends OutLeg | InLeg>(
  turn: Turn,
  leg: AnyLeg,
  about: string,
  live: readonly LiveLeg[],
): AnyLeg {
  const { referring } = leg;
  if (referring?.asked !== about || leg.state !== 'active') return leg;
  const { uri, sid } = referring;
  const found = live.find((other) => other.sid === sid && isSameBare(other.user, leg.user));
  if (found === undefined) return sendRefer(turn, leg, uri);
  const { callId, localTag, remoteTag } = found;
  return sendRefer(turn, leg, uri, formatReplaces({ callId, toTag: remoteTag, fromTag: localTag }));
}

/** The REFER has its final response: a refusal ends the matter, Jingle has no word for it. */
export function afterRefer<AnyLeg extends OutLeg | InLeg>(leg: AnyLeg, status: number): AnyLeg {
  if (status < 300) return leg;
  const { referring: _, ...rest } = leg;
  return rest as AnyLeg;
}

const isOfRefer = (request: SipRequest): boolean =>
  request.headers.event?.[0]?.split(';', 1)[0]?.trim().toLowerCase() === 'refer';

/** Whether a NOTIFY is about a REFER of ours (RFC 3515 §2.4.4). */
export const isAwaited = (leg: OutLeg | InLeg, request: SipRequest): boolean =>
  leg.referring !== undefined && leg.referring.asked === undefined && isOfRefer(request);

/** How the call that the SIP party was asked to make goes: the end of it ends ours, or the transfer. */
export function onNotify<AnyLeg extends OutLeg | InLeg>(
  turn: Turn,
  side: Side,
  leg: AnyLeg,
  request: SipRequest,
): AnyLeg {
  const status = Number(/^\s*SIP\/2\.0 +(\d{3})/i.exec(request.body?.content ?? '')?.[1] ?? 0);
  const state = request.headers['subscription-state']?.[0] ?? '';
  const isOver = status >= 200 || /^\s*terminated/i.test(state);
  if (!isOver) return leg;
  const { referring: _, ...rest } = leg;
  if (status < 200 || status >= 300) return rest as AnyLeg;
  const transferred = el('transferred', { xmlns: NS.JINGLE_TRANSFER });
  const reason = el('reason', {}, el('success'), transferred);
  const ended = sendBye(turn, leg);
  jingleSet(turn, towards(leg, partyOf(leg)), 'session-terminate', [reason]);
  return endLeg(turn, side, ended, { result: 'success', label: 'transferred' });
}
