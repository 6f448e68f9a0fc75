/**
 * Requests of ours and answers of ours, for tests.
 */
import type { OutgoingSipRequest, OutgoingSipResponse, SipRequest } from '@stoxgate/contracts';
import { responseTo } from '../stateless-reply.ts';

export const outgoing = (
  method: string,
  overrides: Partial<OutgoingSipRequest> = {},
): OutgoingSipRequest => ({
  method,
  requestUri: 'sip:romeo@sip.test',
  routes: [],
  from: { uri: 'sip:alice@xmpp.test', params: { tag: 'lt' } },
  to: { uri: 'sip:romeo@sip.test', params: {} },
  callId: 'call-out',
  cseq: 1,
  maxForwards: 70,
  ...(method === 'INVITE' && { contact: { user: 'alice' } }),
  headers: {},
  ...overrides,
});

/** An answer of ours with the local tag `lt`. */
export const answer = (
  request: SipRequest,
  status: number,
  overrides: Partial<OutgoingSipResponse> = {},
): OutgoingSipResponse => ({ ...responseTo(request, { status }, 'lt'), ...overrides });
