/**
 * Requests of dialogs that another session keeps: handed on, in their order. RFC 3261 §12.2.2.
 */
import { type Command, type EventOf, keyOfCall } from '@stoxgate/contracts';
import type { TranslatorPolicy } from '../policy.ts';
import type { Session } from '../session.ts';
import type { Input, Step } from '../step.ts';
import type { DialogSession } from './dialog-session.ts';
import { opensDialog } from './opens-dialog.ts';

const handOn = (owner: string, input: Input, { request }: EventOf<'sip.request.received'>): Command => ({
  type: 'session.notify',
  key: owner,
  event: { type: 'dialog.request.received', edge: input.edge, request },
});

/**
 * The step on a Call-ID whose dialogs are another session's, or that this event makes so. Undefined: it is no matter of
 * such a one.
 */
export function stepDialog(
  policy: TranslatorPolicy,
  session: Session | undefined,
  input: Input,
): Step | undefined {
  const { event } = input;
  if (session === undefined) {
    if (event.type === 'dialog.opened') return opened(event.owner);
    if (event.type !== 'sip.request.received') return undefined;
    const opening = opensDialog(policy, input, event.request);
    if (opening === undefined) return undefined;
    if (opening.kind === 'refused') return { session, commands: [opening.response] };
    const { owner } = opening;
    return { ...opened(owner), commands: [handOn(owner, input, event)] };
  }
  if (session.kind !== 'dialog') return undefined;
  switch (event.type) {
    case 'sip.request.received':
      return { session, commands: [handOn(session.owner, input, event)] };
    case 'dialog.opened':
      return event.owner === session.owner ? { session, commands: [] } : opened(event.owner);
    case 'dialog.ended':
      return { session: undefined, commands: [] };
    default:
      return { session, commands: [] };
  }
}

const opened = (owner: string): { session: DialogSession; commands: readonly Command[] } => ({
  session: { kind: 'dialog', owner },
  commands: [],
});

/** Tells the Call-ID whose its dialogs are. */
export const dialogOpened = (callId: string, owner: string): Command => ({
  type: 'session.notify',
  key: keyOfCall(callId),
  event: { type: 'dialog.opened', owner },
});

/** Tells the Call-ID that nobody keeps dialogs of it any more. */
export const dialogEnded = (callId: string): Command => ({
  type: 'session.notify',
  key: keyOfCall(callId),
  event: { type: 'dialog.ended' },
});
