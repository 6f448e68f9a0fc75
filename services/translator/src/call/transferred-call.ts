/**
 * A call that comes of a transfer: `<transfer/>` in session-initiate ↔ Referred-By and Replaces in INVITE.
 * XEP-0251 §3, RFC 3892, RFC 3891.
 */
import {
  type EventOf,
  keyOfCall,
  keyOfSid,
  type LiveLeg,
  type SipHeaders,
  type SipRequest,
  type XmlElement,
} from '@stoxgate/contracts';
import type { InLeg, OutLeg } from './call-session.ts';
import { abandon } from './cancel.ts';
import type { Dialog } from './dialog.ts';
import { terminate } from './jingle-stanza.ts';
import { endLeg, isSameBare, type Side, sendBye, TIMERS, towards } from './leg.ts';
import { partyOf } from './leg-party.ts';
import { askForLegs } from './live-legs.ts';
import type { Termination } from './reasons.ts';
import { formatReplaces, readReplaces, referredBy, replacesHeaders } from './replaces.ts';
import { jidOfUri, type Replacing, transferElement, transferIn, uriOfJid } from './transfer.ts';
import type { Turn } from './turn.ts';

/** How long an INVITE waits for the dialog that it is to replace. */
const ASK_MS = 2_000;

/** What a session-initiate says of a transfer; undefined: nothing, or transfers are off. */
export function replacingOf(turn: Turn, jingle: XmlElement): Replacing | undefined {
  const transfer = turn.policy.transfer ? transferIn(jingle) : undefined;
  const { from, sid } = transfer?.attrs ?? {};
  if (!from) return undefined;
  const replaces = sid ? readReplaces(sid) : undefined;
  if (replaces !== undefined) return { from, replaces };
  return { from, ...(sid ? { sid } : {}) };
}

/**
 * Referred-By for the one who transferred the call, and Replaces where the dialog is between two SIP parties: whoever
 * knows its names may replace it (RFC 3891 §7.1).
 */
export function transferHeaders(turn: Turn, replacing: Replacing | undefined): SipHeaders {
  const uri = replacing?.from === undefined ? undefined : uriOfJid(turn, replacing.from);
  const { replaces } = replacing ?? {};
  return {
    ...(uri !== undefined && { 'referred-by': [`<${uri}>`] }),
    ...(replaces !== undefined && replacesHeaders(formatReplaces(replaces))),
  };
}

/** Asks for the dialog to be replaced, once; undefined: there is nothing to wait for. */
export function awaitReplaced(turn: Turn, leg: OutLeg): OutLeg | undefined {
  const { replacing } = leg;
  if (replacing?.sid === undefined || replacing.asked !== undefined) return undefined;
  const asked = keyOfSid(replacing.sid, turn.policy.callIdHost);
  if (asked === turn.input.key) return undefined;
  askForLegs(turn, asked);
  turn.setTimer(TIMERS.out.gather, ASK_MS);
  return { ...leg, state: 'gathering', replacing: { ...replacing, asked } };
}

/** The leg whose INVITE names the dialog that the transferring user has with the one to be called. */
export function withReplaces(leg: OutLeg, live: readonly LiveLeg[]): OutLeg {
  const found = live.find(
    ({ user, contact, sid }) =>
      sid === leg.replacing?.sid &&
      isSameBare(user, leg.replacing.from ?? '') &&
      isSameBare(contact, leg.contact),
  );
  if (found === undefined) return leg;
  const { callId, localTag, remoteTag } = found;
  const replaces = formatReplaces({ callId, toTag: remoteTag, fromTag: localTag });
  const { request } = leg.invite;
  const headers = { ...request.headers, ...replacesHeaders(replaces) };
  return { ...leg, invite: { ...leg.invite, request: { ...request, headers } } };
}

/** What an INVITE says of a transfer; a number is the status that refuses it (RFC 3891 §3). */
export function replacingOfInvite(turn: Turn, request: SipRequest): Replacing | number | undefined {
  if (!turn.policy.transfer) return undefined;
  const by = referredBy(request);
  const from = by === undefined ? undefined : jidOfUri(turn, by);
  const values = request.headers.replaces ?? [];
  const [value] = values;
  if (value === undefined) return from === undefined ? undefined : { from };
  const replaces = values.length > 1 ? undefined : readReplaces(value);
  return replaces === undefined ? 400 : { ...(from === undefined ? {} : { from }), replaces };
}

/** Asks the call that an INVITE is to replace a dialog of. */
export function askReplaced(turn: Turn, replacing: Replacing): Replacing {
  if (replacing.replaces === undefined) return replacing;
  const asked = keyOfCall(replacing.replaces.callId);
  askForLegs(turn, asked);
  return { ...replacing, asked };
}

/**
 * The leg that rings the client which has the session to be replaced, or the status that refuses: no such dialog, or an
 * early one that the peer began, 481; one that has ended 603; one that is confirmed while only an early one was meant 486
 * (RFC 3891 §3).
 */
export function foundReplaced(leg: InLeg, event: EventOf<'call.legs.answered'>): InLeg | number {
  const { replacing } = leg;
  const replaces = replacing?.replaces;
  const found = event.legs.find(
    ({ localTag, remoteTag, user }) =>
      localTag === replaces?.toTag &&
      remoteTag === replaces.fromTag &&
      (leg.user === '' || isSameBare(user, leg.user)),
  );
  if (found === undefined || replaces === undefined) return 481;
  if (found.state === 'ended') return 603;
  if (replaces.earlyOnly && found.state !== 'early') return 486;
  const [user = '', ...parts] = found.user.split('/');
  const resource = parts.join('/');
  return { ...leg, user, resource, replacing: { from: found.contact, sid: found.sid, replaces } };
}

/** The call was accepted: the dialog that it replaces ends (RFC 3891 §3). */
export function endReplaced(turn: Turn, { replacing }: InLeg): void {
  if (replacing?.sid === undefined || replacing.replaces === undefined) return;
  const { callId, toTag, fromTag } = replacing.replaces;
  turn.issue({
    type: 'session.notify',
    key: keyOfCall(callId),
    event: { type: 'call.replaced', localTag: toTag, remoteTag: fromTag },
  });
}

const REPLACED: Termination = { result: 'success', label: 'replaced' };

/** Another call took this dialog's place: BYE, or CANCEL, unless the client ended its session first. */
export function onReplaced<AnyLeg extends OutLeg | InLeg>(
  turn: Turn,
  side: Side,
  leg: AnyLeg,
  event: EventOf<'call.replaced'>,
): AnyLeg {
  const isIt = (dialog: Dialog | undefined): boolean =>
    dialog?.localTag === event.localTag && dialog.remoteTag === event.remoteTag;
  if (leg.state === 'proceeding' && 'early' in leg && leg.early.some(({ dialog }) => isIt(dialog))) {
    terminate(turn, towards(leg, leg.user), { condition: 'success' });
    return abandon(turn, leg, undefined, REPLACED) as AnyLeg;
  }
  if (leg.state !== 'active' || !isIt(leg.dialog)) return leg;
  const ended = sendBye(turn, leg);
  terminate(turn, towards(leg, partyOf(leg)), { condition: 'success' });
  return endLeg(turn, side, ended, REPLACED);
}

/** `<transfer/>` for the session-initiate. */
export const transferOf = ({ replacing }: InLeg): readonly XmlElement[] =>
  replacing?.from === undefined ? [] : [transferElement({ from: replacing.from, sid: replacing.sid })];
