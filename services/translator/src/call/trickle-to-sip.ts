/**
 * transport-info to the SIP party: kept until there is a dialog, then INFO, or a new offer where INFO is not taken.
 * XEP-0176 §5.6, RFC 8840 §4, RFC 6086.
 */
import type { SipHeaders, SipRequest, SipResponse } from '@stoxgate/contracts';
import { descriptionOfTrickled, fragmentOfTrickled } from '../media/sdp-fragment.ts';
import { mergeTrickled, type TrickledMedia, transportInfoFromJingle } from '../media/trickled-candidates.ts';
import type { InLeg, OutLeg } from './call-session.ts';
import { SDP } from './capabilities.ts';
import { type Errand, placeOf, run } from './errands.ts';
import type { JingleRequest } from './jingle.ts';
import type { Turn } from './turn.ts';

export const SDP_FRAGMENT = 'application/trickle-ice-sdpfrag';
export const TRICKLE_PACKAGE = 'trickle-ice';

export interface Trickle {
  /** Candidates not sent yet. */
  readonly waiting: readonly TrickledMedia[];
  /** Candidates sent: RFC 8840 §4.4 repeats them in every INFO, and an offer has them all. */
  readonly sent: readonly TrickledMedia[];
  /** The SIP party announced the Info-Package. */
  readonly takesPackage?: true;
  /** What the SIP party's refusal left of the configured way. */
  readonly mode?: 'update' | 'drop';
}

const nothing: Trickle = { waiting: [], sent: [] };

const names = (message: SipRequest | SipResponse, header: string): boolean =>
  (message.headers[header] ?? []).some((value) =>
    value.split(',').some((tag) => tag.split(';', 1)[0]?.trim().toLowerCase() === TRICKLE_PACKAGE),
  );

/** Notes whether the SIP party takes the Info-Package `trickle-ice` (RFC 8840 §3). */
export function noteTrickle<AnyLeg extends OutLeg | InLeg>(
  leg: AnyLeg,
  message: SipRequest | SipResponse,
): AnyLeg {
  if (!names(message, 'recv-info') && !names(message, 'supported')) return leg;
  return { ...leg, trickle: { ...(leg.trickle ?? nothing), takesPackage: true } };
}

type Mode = Turn['policy']['trickle'];

/** Our own announcement of the Info-Package, where it is the configured way (RFC 8840 §3, RFC 6086 §5.2.3). */
export const trickleHeaders = ({ trickle }: Turn['policy']): SipHeaders =>
  trickle === 'info_sdpfrag' ? { 'recv-info': [TRICKLE_PACKAGE] } : {};

/** The way that candidates take in this call. Without the peer's word for it, RFC 8840 allows no trickling. */
export function modeOf(turn: Turn, leg: OutLeg | InLeg): Mode {
  const { trickle } = leg;
  const configured = turn.policy.trickle;
  if (trickle?.mode !== undefined) return trickle.mode;
  return configured === 'info_sdpfrag' && trickle?.takesPackage !== true ? 'update' : configured;
}

function infoOf(mode: 'info_sdp' | 'info_sdpfrag', content: string): Errand {
  const isPlain = mode === 'info_sdp';
  return {
    purpose: 'trickle',
    method: 'INFO',
    headers: isPlain ? {} : { 'info-package': [TRICKLE_PACKAGE], 'content-disposition': ['Info-Package'] },
    body: { contentType: isPlain ? SDP : SDP_FRAGMENT, content, encoding: 'utf8' },
  };
}

/** Sends what waits, if it can be sent now. Candidates that come while an INFO is open go together into the next one. */
export function flushTrickle<AnyLeg extends OutLeg | InLeg>(turn: Turn, leg: AnyLeg): AnyLeg {
  const { trickle, media } = leg;
  if (trickle === undefined || trickle.waiting.length === 0 || media === undefined) return leg;
  if (placeOf(leg) === undefined || leg.asking !== undefined) return leg;
  const mode = modeOf(turn, leg);
  if (mode === 'drop') return { ...leg, trickle: { ...trickle, waiting: [] } };
  if (mode === 'update') return leg;
  const sent = mergeTrickled(trickle.sent, trickle.waiting);
  const fragment = fragmentOfTrickled(mode === 'info_sdp' ? trickle.waiting : sent, media);
  return run(turn, { ...leg, trickle: { ...trickle, waiting: [], sent } }, infoOf(mode, fragment));
}

/** Adds candidates and sends what can be sent. */
export function addTrickled<AnyLeg extends OutLeg | InLeg>(
  turn: Turn,
  leg: AnyLeg,
  trickled: readonly TrickledMedia[],
): AnyLeg {
  if (trickled.length === 0 || modeOf(turn, leg) === 'drop') return leg;
  const trickle = leg.trickle ?? nothing;
  return flushTrickle(turn, {
    ...leg,
    trickle: { ...trickle, waiting: mergeTrickled(trickle.waiting, trickled) },
  });
}

/** The relay is who checks the candidates of the XMPP party. It learns them from that one's own checks, too. */
function tellRelay<AnyLeg extends OutLeg | InLeg>(
  turn: Turn,
  leg: AnyLeg,
  trickled: readonly TrickledMedia[],
): AnyLeg {
  if (!turn.policy.relayFragments || trickled.length === 0 || leg.media === undefined) return leg;
  const sdp = descriptionOfTrickled(trickled, leg.media);
  const exchange = 'rung' in leg ? 'in' : 'out';
  const request = { kind: 'candidates', from: 'xmpp', sdp } as const;
  turn.issue({ type: 'media.request.send', call: '', exchange, request });
  return leg;
}

/** A transport-info of the party that has the session. */
export function trickle<AnyLeg extends OutLeg | InLeg>(
  turn: Turn,
  leg: AnyLeg,
  { jingle }: JingleRequest,
): AnyLeg {
  if (leg.media === undefined) return leg;
  const info = transportInfoFromJingle(jingle, leg.media);
  if (leg.isRelayed === true) return tellRelay(turn, { ...leg, media: info.media }, info.trickled);
  return addTrickled(turn, { ...leg, media: info.media }, info.trickled);
}

/** More transport-infos than a client sends before it accepts. */
const MAX_INFOS = 64;

/** A transport-info of a rung resource: its candidates go into the answer, should it accept. */
export const keepInfo = (leg: InLeg, { iq, jingle }: JingleRequest): InLeg => ({
  ...leg,
  rung: leg.rung.map((resource) =>
    resource.jid === iq.from
      ? { ...resource, infos: [...(resource.infos ?? []), jingle].slice(0, MAX_INFOS) }
      : resource,
  ),
});

/** INFO with candidates was refused: the same candidates wait for the next offer (RFC 6086 §4.2.2). */
export function afterRefusedTrickle<AnyLeg extends OutLeg | InLeg>(leg: AnyLeg): AnyLeg {
  const trickle = leg.trickle ?? nothing;
  return {
    ...leg,
    trickle: { ...trickle, mode: 'update', waiting: mergeTrickled(trickle.sent, trickle.waiting), sent: [] },
  };
}
