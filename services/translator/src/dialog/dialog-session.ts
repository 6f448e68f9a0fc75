/**
 * A dialog that another session keeps. Requests in dialogs come by their Call-ID, so what stands under it says whose they
 * are: the record of a chat, or of a subscription, is found without the edge having to know of it.
 */
export interface DialogSession {
  readonly kind: 'dialog';
  /** Key of the session that keeps it. */
  readonly owner: string;
}
