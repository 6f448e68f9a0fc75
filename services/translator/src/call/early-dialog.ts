/**
 * Early dialogs of our INVITE, one for each To tag: RFC 3261 §13.2.2.1, RFC 3262 §4 (reliable provisional responses),
 * RFC 6228 (199). Their SDP is stored, never forwarded (draft-ietf-stox-media §10).
 */
import type { SipResponse } from '@stoxgate/contracts';
import type { MediaState } from '../media/media-state.ts';
import { withChanges } from '../with-changes.ts';
import type { ClientRequest, OutLeg } from './call-session.ts';
import { allowsUpdate } from './capabilities.ts';
import { challengesToAnswer, isChallenge } from './challenges.ts';
import { type Dialog, dialogOfResponse, tagOf } from './dialog.ts';
import { requestIn } from './dialog-request.ts';
import type { EarlyUpdate } from './early-offer.ts';
import type { Wish } from './negotiation.ts';
import { sdpOf } from './sdp-body.ts';
import type { Turn } from './turn.ts';

/** More branches than a fork has that anybody listens to. */
const MAX_EARLY_DIALOGS = 16;
const MAX_RSEQ = 2 ** 32 - 1;

export interface EarlyDialog {
  readonly dialog: Dialog;
  readonly sdp?: string;
  /** The SDP came reliably, or in an UPDATE: it is the answer, and what a 2xx says besides is ignored. */
  readonly isAnswer: boolean;
  /** A 199 ended it: nothing of it is left but its numbers, should it be confirmed all the same. */
  readonly isOver?: true;
  /** RSeq of the last reliable provisional response. */
  readonly rseq?: number;
  readonly prack?: ClientRequest;
  /** The PRACK for its answer was accepted: either side may make another offer. */
  readonly isConfirmed?: true;
  /** The peer's Allow has UPDATE. */
  readonly takesUpdate?: true;
  /** Our own offer in it, without its final response. */
  readonly update?: EarlyUpdate;
  /** Wishes of the caller that were carried out in it. */
  readonly done?: readonly Wish[];
  /** Media of this dialog, where an UPDATE changed it. */
  readonly media?: MediaState;
}

/** Media of the call as they are in an early dialog. Names given out since are those of the call. */
export function mediaIn({ media }: OutLeg, early: EarlyDialog | undefined): MediaState | undefined {
  if (media === undefined || early?.media === undefined) return media;
  const { foundations, candidateCount } = media;
  return withChanges(early.media, { foundations, candidateCount });
}

export const earlyDialogOf = (leg: OutLeg, tag: string): EarlyDialog | undefined =>
  leg.early.find(({ dialog }) => dialog.remoteTag === tag);

/** The leg with this early dialog in place of what it was. */
export const withEarly = (leg: OutLeg, early: EarlyDialog): OutLeg => {
  const { remoteTag } = early.dialog;
  const others = leg.early.filter(({ dialog }) => dialog.remoteTag !== remoteTag);
  return { ...leg, early: [...others, early] };
};

/** RSeq of a reliable provisional response (RFC 3262 §7.1): it has one, and requires `100rel`. */
function rseqOf(response: SipResponse): number | undefined {
  const requires = (response.headers.require ?? []).flatMap((value) => value.toLowerCase().split(','));
  const text = response.headers.rseq?.[0]?.trim() ?? '';
  if (!requires.some((tag) => tag.trim() === '100rel') || !/^\d{1,10}$/.test(text)) return undefined;
  const rseq = Number(text);
  return rseq >= 1 && rseq <= MAX_RSEQ ? rseq : undefined;
}

/** "RAck: RSeq CSeq INVITE", in the early dialog with its next CSeq (RFC 3262 §4, §7.2). */
function acknowledged(turn: Turn, leg: OutLeg, early: EarlyDialog, rseq: number): EarlyDialog {
  const rack = `${rseq} ${leg.invite.request.cseq} INVITE`;
  const { dialog, request } = requestIn(early.dialog, 'PRACK', { rack: [rack] });
  return { ...early, dialog, rseq, prack: { branch: turn.request(request), request, challenges: [] } };
}

/** What the response says of the media. The first answer counts; a preview gives way to the next one. */
function withSdp(early: EarlyDialog, response: SipResponse, isReliable: boolean): EarlyDialog {
  const body = sdpOf(response.body);
  if (early.isAnswer || early.isOver === true || body.kind !== 'sdp') return early;
  return { ...early, sdp: body.sdp, isAnswer: isReliable };
}

const pruned = ({ sdp: _sdp, media: _media, ...rest }: EarlyDialog): EarlyDialog => ({
  ...rest,
  isAnswer: false,
  isOver: true,
});

/**
 * Notes a provisional response, and acknowledges it when it is reliable. Undefined: a repeated one, or one that came
 * before its predecessor: "MUST NOT be processed further" (RFC 3262 §4).
 */
export function noteProvisional(turn: Turn, leg: OutLeg, response: SipResponse): OutLeg | undefined {
  const tag = tagOf(response.to);
  if (tag === '') return leg;
  const known = earlyDialogOf(leg, tag);
  const rseq = rseqOf(response);
  if (rseq !== undefined && known?.rseq !== undefined && rseq !== known.rseq + 1) return undefined;
  if (known === undefined && leg.early.length >= MAX_EARLY_DIALOGS) return leg;
  const early = known ?? { dialog: dialogOfResponse(leg.invite.request, response), isAnswer: false };
  const heard = withSdp(early, response, rseq !== undefined);
  const next = rseq === undefined ? heard : acknowledged(turn, leg, heard, rseq);
  const takesUpdate = allowsUpdate(response) ? ({ takesUpdate: true } as const) : {};
  return withEarly(leg, response.status === 199 ? pruned(next) : { ...next, ...takesUpdate });
}

/** A response to a PRACK of ours: a challenge is answered once more, everything else ends its matter. */
export function afterPrack(turn: Turn, leg: OutLeg, branch: string, response: SipResponse): OutLeg {
  const early = leg.early.find(({ prack }) => prack?.branch === branch);
  if (early?.prack === undefined || response.status < 200) return leg;
  const { prack, ...others } = early;
  const isConfirmed = response.status < 300 && early.isAnswer;
  const rest: EarlyDialog = isConfirmed ? { ...others, isConfirmed } : others;
  const challenges =
    isChallenge(response) && turn.policy.hasCredentials
      ? challengesToAnswer(prack.challenges, response)
      : undefined;
  const isOpen = leg.state === 'calling' || leg.state === 'proceeding';
  if (challenges === undefined || !isOpen) return withEarly(leg, rest);
  const cseq = rest.dialog.localCseq + 1;
  const request = { ...prack.request, cseq };
  const dialog = { ...rest.dialog, localCseq: cseq };
  return withEarly(leg, {
    ...rest,
    dialog,
    prack: { branch: turn.request(request, challenges), request, challenges },
  });
}

/** The dialog that a 2xx confirms: its numbers go on from where the early one left them (RFC 3261 §12.2.1.1). */
export function confirmedDialog(leg: OutLeg, response: SipResponse): Dialog {
  const dialog = dialogOfResponse(leg.invite.request, response);
  const early = earlyDialogOf(leg, dialog.remoteTag)?.dialog;
  if (early === undefined) return dialog;
  const { localCseq, remoteCseq } = early;
  // A 2xx without Contact, as it must not be: the target is the one that was known.
  const remoteTarget = response.contacts[0]?.uri ?? early.remoteTarget;
  return { ...dialog, remoteTarget, localCseq, ...(remoteCseq === undefined ? {} : { remoteCseq }) };
}

/** SDP that answers our offer, for a 2xx of this dialog: the reliable one, else the 2xx's, else the preview. */
export function answerSdp(leg: OutLeg, tag: string, response: SipResponse): string | undefined {
  const early = earlyDialogOf(leg, tag);
  if (early?.isAnswer === true) return early.sdp;
  const body = sdpOf(response.body);
  return body.kind === 'sdp' ? body.sdp : early?.sdp;
}

/** Whether a 2xx says something else than the reliable answer before it, which is the one that counts (RFC 3261 §13.2.1). */
export function contradicts(leg: OutLeg, response: SipResponse): boolean {
  const early = earlyDialogOf(leg, tagOf(response.to));
  const body = sdpOf(response.body);
  const isSuccess = response.status >= 200 && response.status < 300;
  return isSuccess && early?.isAnswer === true && body.kind === 'sdp' && body.sdp !== early.sdp;
}

/** What of the early dialogs is needed once one of them is confirmed: their numbers, should they be confirmed too. */
export const withoutMedia = (early: readonly EarlyDialog[], tag: string): readonly EarlyDialog[] =>
  early.filter(({ dialog }) => dialog.remoteTag !== tag).map(({ dialog }) => ({ dialog, isAnswer: false }));
