/**
 * When chat sessions have something that falls due.
 */
import type { ChatSession } from './chat-session.ts';

/** The first time at which something of these sessions is over; infinite when there are none. */
export function chatsDueAt(chats: readonly ChatSession[] | undefined): number {
  let next = Number.POSITIVE_INFINITY;
  for (const { dueAt, composingUntil, waiting, underWay } of chats ?? []) {
    const at = Math.min(
      dueAt,
      composingUntil ?? dueAt,
      waiting[0]?.expiresAt ?? dueAt,
      underWay[0]?.expiresAt ?? dueAt,
    );
    if (at < next) next = at;
  }
  return next;
}
