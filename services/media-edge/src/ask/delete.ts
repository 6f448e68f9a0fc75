import type { NgRequest } from '../ng/ng-message.ts';

/** All of the call, and at once: the relay would keep it for half a minute else. */
export const deleteCall = (call: string): NgRequest => ({
  command: 'delete',
  'call-id': call,
  'delete-delay': 0,
});
