/**
 * The ACK to the failure of an INVITE that another process of ours sent: whoever answered repeats it for 32 s if that process is
 * gone. RFC 3261 §17.1.1.3.
 */
import type { SipResponse } from '@stoxgate/contracts';
import { formatVia, serializeRequest, type Via } from '@stoxgate/wire-sip';

/**
 * It goes one hop, whose transaction knows it by the branch; the Request-URI of the INVITE is not in its response, so the
 * address of its To stands there.
 */
export function ackElsewhere(response: SipResponse, topVia: Via): Uint8Array {
  const { from, to, callId, cseq } = response;
  const { received: _, rport, ...via } = topVia;
  return serializeRequest(
    {
      method: 'ACK',
      requestUri: to.uri,
      routes: [],
      from,
      to,
      callId,
      cseq: cseq.number,
      maxForwards: 70,
      headers: {},
    },
    { via: formatVia({ ...via, ...(rport !== undefined && { rport: true }) }) },
  );
}
