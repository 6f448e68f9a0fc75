/**
 * The answer to an offer that the SIP party need not see, because it is for it what it answered before.
 */
import type { CommandOf, EventOf } from '@stoxgate/contracts';
import { sdpBody } from '../call/capabilities.ts';

/** The 2xx that the SIP party would send to `command`, with `sdp`; a session timer goes on as it was asked for. */
export function acceptedAgain(
  { branch, request }: CommandOf<'sip.request.send'>,
  sdp: string,
): EventOf<'sip.response.received'> {
  const interval = request.headers['session-expires'];
  return {
    type: 'sip.response.received',
    branch,
    response: {
      status: 200,
      reason: 'OK',
      vias: [],
      from: request.from,
      to: request.to,
      callId: request.callId,
      cseq: { number: request.cseq, method: request.method },
      contacts: [],
      recordRoutes: [],
      headers: interval === undefined ? {} : { 'session-expires': interval },
      body: sdpBody(sdp),
    },
  };
}
