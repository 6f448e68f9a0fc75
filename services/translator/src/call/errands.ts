/**
 * Requests of ours inside a dialog that change no session: INFO, OPTIONS, REFER, NOTIFY, UPDATE without an offer. One at a time, so that loss
 * cannot turn their order around (RFC 3261 §12.2.2 refuses what comes too late). RFC 6086, RFC 3515.
 */
import type { SipBody, SipHeaders } from '@stoxgate/contracts';
import type { ClientRequest, InLeg, OutLeg } from './call-session.ts';
import type { Challenge } from './challenges.ts';
import { contactOfLeg } from './contact-of-leg.ts';
import type { Dialog } from './dialog.ts';
import { requestIn } from './dialog-request.ts';
import { earlyDialogOf, withEarly } from './early-dialog.ts';
import type { Turn } from './turn.ts';

export interface Errand {
  readonly purpose: 'trickle' | 'digit' | 'refer' | 'notify' | 'ping' | 'refresh';
  readonly method: 'INFO' | 'OPTIONS' | 'REFER' | 'NOTIFY' | 'UPDATE';
  readonly headers: SipHeaders;
  readonly body?: SipBody;
  /** The request is of the user: its Contact goes with it. */
  readonly withContact?: boolean;
}

export interface Asking extends ClientRequest {
  readonly errand: Errand;
  /** To tag of the early dialog it was sent in. */
  readonly early?: string;
}

/** More than anybody dials while one INFO is on its way. */
const MAX_ERRANDS = 64;

interface Place {
  readonly dialog: Dialog;
  readonly early?: string;
}

/** The dialog to ask in: the confirmed one, else the only early one. Undefined: there is none, or not one alone. */
export function placeOf(leg: OutLeg | InLeg): Place | undefined {
  if (leg.state === 'active') return leg.dialog && { dialog: leg.dialog };
  if (!('early' in leg) || leg.state !== 'proceeding') return undefined;
  const [only, ...others] = leg.early.filter(({ isOver }) => isOver !== true);
  const dialog = others.length > 0 ? undefined : only?.dialog;
  return dialog && { dialog, early: dialog.remoteTag };
}

function withDialog<AnyLeg extends OutLeg | InLeg>(leg: AnyLeg, place: Place, dialog: Dialog): AnyLeg {
  if (place.early === undefined || !('early' in leg)) return { ...leg, dialog };
  const early = earlyDialogOf(leg, place.early);
  return (early === undefined ? leg : withEarly(leg, { ...early, dialog })) as AnyLeg;
}

function send<AnyLeg extends OutLeg | InLeg>(
  turn: Turn,
  leg: AnyLeg,
  place: Place,
  errand: Errand,
  challenges: readonly Challenge[] = [],
): AnyLeg {
  const { dialog, request } = requestIn(place.dialog, errand.method, errand.headers);
  const whole = {
    ...request,
    ...(errand.withContact === true ? { contact: contactOfLeg(turn, leg) } : {}),
    ...(errand.body === undefined ? {} : { body: errand.body }),
  };
  const asking: Asking = {
    branch: turn.request(whole, challenges),
    request: whole,
    challenges,
    errand,
    ...(place.early === undefined ? {} : { early: place.early }),
  };
  return { ...withDialog(leg, place, dialog), asking };
}

/** Sends a request in the dialog, or keeps it until the one before has its answer. Nothing where there is no dialog. */
export function run<AnyLeg extends OutLeg | InLeg>(turn: Turn, leg: AnyLeg, errand: Errand): AnyLeg {
  const place = placeOf(leg);
  if (place === undefined) return leg;
  if (leg.asking === undefined) return send(turn, leg, place, errand);
  const waiting = leg.errands ?? [];
  return waiting.length >= MAX_ERRANDS ? leg : { ...leg, errands: [...waiting, errand] };
}

/** The same request once more, with answers to challenges (RFC 3261 §22.1). */
export function repeat<AnyLeg extends OutLeg | InLeg>(
  turn: Turn,
  leg: AnyLeg,
  challenges: readonly Challenge[],
): AnyLeg {
  const place = placeOf(leg);
  const { asking, ...rest } = leg;
  if (place === undefined || asking === undefined) return rest as AnyLeg;
  return send(turn, rest as AnyLeg, place, asking.errand, challenges);
}

/** The leg without the request that has its answer now; the next one goes out. */
export function next<AnyLeg extends OutLeg | InLeg>(turn: Turn, leg: AnyLeg): AnyLeg {
  const { asking: _, errands = [], ...rest } = leg;
  const [first, ...others] = errands;
  const free = { ...rest, ...(others.length === 0 ? {} : { errands: others }) } as AnyLeg;
  return first === undefined ? free : run(turn, free, first);
}
