import type { NgRequest } from '../ng/ng-message.ts';
import { FLAGS, ICE_FLAGS, otherEnd, REPLACE, type RequestOf } from './ends.ts';
import { hasIce, OFFERED } from './profiles.ts';
import { sdpForRelay } from './sdp-for-relay.ts';

/** Codecs of each end, best first: NAME or NAME/CLOCKRATE/CHANNELS. */
export interface Codecs {
  readonly sip: readonly string[];
  readonly xmpp: readonly string[];
}

/**
 * An offer (RFC 3264 §5): the other end is offered its own codecs, whatever was offered here, and the relay answers in
 * those of this end. They are accepted by name, or it would leave telephone events of one clock rate out of its answer.
 * A phone gets payload types of the relay's choosing (`full`), so that its offer is the same whatever client it is for.
 */
export function offer(call: string, request: RequestOf<'offer'>, codecs: Codecs): NgRequest {
  const { from, to, sdp } = request;
  return {
    command: 'offer',
    'call-id': call,
    'from-tag': from,
    'to-tag': otherEnd(from),
    sdp: sdpForRelay(sdp),
    ...OFFERED[to],
    replace: REPLACE,
    flags: hasIce(to) ? [...FLAGS, ...ICE_FLAGS] : FLAGS,
    // Or a full relay says `error`, as to what no other relay could do either.
    supports: ['load limit'],
    codec: {
      mask: [from === 'xmpp' ? 'full' : 'all'],
      transcode: codecs[otherEnd(from)],
      accept: codecs[from],
    },
  };
}
