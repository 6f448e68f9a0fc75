/**
 * Requests of the SIP party in an early dialog of our INVITE. RFC 3311 §5.2, RFC 3261 §14.2.
 */
import type { SipRequest } from '@stoxgate/contracts';
import { ownMedia, withOwnMedia } from '../media/own-media.ts';
import { repeatAsAnswer } from '../media/repeat-answer.ts';
import type { OutLeg } from './call-session.ts';
import { SDP, sdpBody, sessionHeaders } from './capabilities.ts';
import { afterRequest, isOutOfOrder, tagOf } from './dialog.ts';
import { afterReply } from './dialog-effects.ts';
import { type Reply, replyInDialog } from './dialog-replies.ts';
import { type EarlyDialog, earlyDialogOf, mediaIn, withEarly } from './early-dialog.ts';
import { sdpContext } from './leg.ts';
import { sdpOf } from './sdp-body.ts';
import type { Turn } from './turn.ts';

/** The early dialog that a request is in, while our INVITE waits for its answer. */
export function earlyDialogIn(leg: OutLeg | undefined, request: SipRequest): EarlyDialog | undefined {
  const isOpen = leg?.state === 'calling' || leg?.state === 'proceeding';
  if (leg === undefined || !isOpen || tagOf(request.to) !== leg.localTag) return undefined;
  const early = earlyDialogOf(leg, tagOf(request.from));
  return early?.isOver === true ? undefined : early;
}

/** UPDATE: answered with what we said last. Before our own offer has its answer, another one is refused. */
function onUpdate(turn: Turn, leg: OutLeg, early: EarlyDialog, request: SipRequest): [Reply, EarlyDialog] {
  const { contact } = leg.invite.request;
  const ours = { ...(contact && { contact }), headers: sessionHeaders(turn.policy) };
  const body = sdpOf(request.body);
  if (body.kind === 'other') return [{ status: 415, headers: { accept: [SDP] } }, early];
  if (body.kind === 'none') return [{ status: 200, ...ours }, early];
  if (!early.isAnswer || early.update !== undefined) return [{ status: 491 }, early];
  const known = mediaIn(leg, early);
  // What the caller said itself is not what this offer allows of it.
  const media = known && withOwnMedia(known, ownMedia(known, 'initiator'));
  const answer = media && repeatAsAnswer(body.sdp, media, sdpContext(turn, leg, 'initiator'));
  if (answer?.ok !== true) return [{ status: 488 }, early];
  return [
    { status: 200, ...ours, body: sdpBody(answer.sdp) },
    { ...early, sdp: body.sdp, media: answer.media },
  ];
}

/** Requests that need more than the early dialog gives: an INVITE crosses ours, the rest has nothing to end. */
const NOT_YET: Readonly<Record<string, number>> = { INVITE: 491, BYE: 481, PRACK: 481, NOTIFY: 481 };

function replyTo(turn: Turn, leg: OutLeg, early: EarlyDialog, request: SipRequest): [Reply, EarlyDialog] {
  if (isOutOfOrder(early.dialog, request)) return [{ status: 500 }, early];
  if (request.method === 'UPDATE') return onUpdate(turn, leg, early, request);
  const status = NOT_YET[request.method];
  if (status !== undefined) return [{ status }, early];
  const at = { side: 'out', leg: { ...leg, dialog: early.dialog } } as const;
  return [replyInDialog(turn, at, request), early];
}

/** A request other than ACK and CANCEL in an early dialog. */
export function onEarlyRequest(turn: Turn, leg: OutLeg, early: EarlyDialog, request: SipRequest): OutLeg {
  const [reply, next] = replyTo(turn, leg, early, request);
  turn.respond(request, reply.status, leg.localTag, reply);
  if (isOutOfOrder(early.dialog, request)) return leg;
  const now = withEarly(leg, { ...next, dialog: afterRequest(next.dialog, request, reply.status) });
  return afterReply(turn, { side: 'out', leg: now }, request, reply.status) as OutLeg;
}
