/**
 * What an answer may not do: say more than was offered. RFC 3264 §6.1; 4585 §4 (rtcp-fb), 8285 §6 (extmap),
 * 5761 §5.1.1 (rtcp-mux), 4568 §5.1.2 (crypto), 5763 §5 (setup), 4145 §4 (holdconn).
 */
import type { Extmap, MediaDescription, RtcpFeedback } from '@stoxgate/wire-sdp';
import { inFormOf } from './data-channel.ts';
import { answeredSetup } from './fingerprint.ts';
import { answerDirection, mirrored } from './senders.ts';

const feedbackKey = ({ payload, type, rest = '' }: RtcpFeedback): string => `${payload} ${type} ${rest}`;

function offeredFeedback(answer: MediaDescription, offer: MediaDescription): RtcpFeedback[] {
  const offered = new Set(offer.rtcpFeedbacks.map(feedbackKey));
  return answer.rtcpFeedbacks.filter(
    (feedback) =>
      offered.has(feedbackKey(feedback)) || offered.has(feedbackKey({ ...feedback, payload: '*' })),
  );
}

/** An answer may narrow an extension that goes both ways, and switch one off; nothing else. */
function offeredExtmaps(answer: MediaDescription, offer: MediaDescription): Extmap[] {
  return answer.extmaps.filter(({ id, uri, direction = 'sendrecv' }) => {
    const offered = offer.extmaps.find((extmap) => extmap.id === id && extmap.uri === uri);
    if (offered === undefined) return false;
    const { direction: offeredDirection = 'sendrecv' } = offered;
    return (
      offeredDirection === 'sendrecv' || direction === 'inactive' || direction === mirrored(offeredDirection)
    );
  });
}

/** The answer, held to what `offer` allows. Both are as they are meant (see `remote-media.ts`). */
export function limitToOffer(answer: MediaDescription, offer: MediaDescription): MediaDescription {
  const dtls = offer.fingerprints.length > 0 && answer.fingerprints.length > 0;
  const tags = new Set(offer.cryptos.map(({ tag }) => tag));
  const direction = answerDirection(answer.direction ?? 'sendrecv', offer.direction ?? 'sendrecv');
  return {
    ...inFormOf(answer, offer),
    direction: offer.setup === 'holdconn' ? 'inactive' : direction,
    fingerprints: dtls ? answer.fingerprints : [],
    setup: dtls ? answeredSetup(answer.setup, offer.setup) : undefined,
    // With both kinds of keys agreed, DTLS is the one in use.
    cryptos: dtls ? [] : answer.cryptos.filter(({ tag }) => tags.has(tag)).slice(0, 1),
    rtcpMux: answer.rtcpMux && offer.rtcpMux,
    rtcpFeedbacks: offeredFeedback(answer, offer),
    extmaps: offeredExtmaps(answer, offer),
    extmapAllowMixed: answer.extmapAllowMixed && offer.extmapAllowMixed,
  };
}
