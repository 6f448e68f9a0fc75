/**
 * Digits outside the media: session-info of XEP-0181 ↔ INFO with `application/dtmf-relay` or `application/dtmf`. Digits in
 * the media (RFC 4733) pass end to end and are no matter of this.
 */
import type { SipBody, XmlElement } from '@stoxgate/contracts';
import { childrenOf, el, NS } from '@stoxgate/wire-xmpp';
import type { InLeg, OutLeg } from './call-session.ts';
import type { LegAt } from './dialog-replies.ts';
import { type Errand, placeOf, run } from './errands.ts';
import type { JingleRequest } from './jingle.ts';
import { acknowledge, jingleSet, type Refusal, refuse } from './jingle-stanza.ts';
import { towards } from './leg.ts';
import type { Turn } from './turn.ts';

export const DTMF_RELAY = 'application/dtmf-relay';
export const DTMF = 'application/dtmf';

const DEFAULT_MS = 100;
const CODE = /^[0-9*#A-D]$/;
/** Digits by the numbers that RFC 4733 §3.2 gives them; 16 is a hook flash, which has no code in Jingle. */
const BY_NUMBER: ReadonlyMap<string, string> = new Map([
  ['10', '*'],
  ['11', '#'],
  ['12', 'A'],
  ['13', 'B'],
  ['14', 'C'],
  ['15', 'D'],
]);

const digitsIn = (jingle: XmlElement): readonly XmlElement[] =>
  childrenOf(jingle, 'dtmf').filter(({ attrs }) => attrs.xmlns === NS.JINGLE_DTMF);

export const hasDigits = (jingle: XmlElement): boolean => digitsIn(jingle).length > 0;

const TELEPHONE_EVENT = /^a=rtpmap:\d+ +telephone-event\//im;

/** Whether both sides can send digits in the media. */
const agreesOnEvents = ({ media }: OutLeg | InLeg): boolean =>
  TELEPHONE_EVENT.test(media?.localSdp ?? '') && TELEPHONE_EVENT.test(media?.remoteSdp ?? '');

function refusalOf(turn: Turn, leg: OutLeg | InLeg, digits: readonly XmlElement[]): Refusal | undefined {
  if (turn.policy.dtmf === 'refuse') return agreesOnEvents(leg) ? 'not-acceptable' : 'service-unavailable';
  if (digits.some(({ attrs }) => !CODE.test(attrs.code ?? ''))) return 'feature-not-implemented';
  return placeOf(leg) === undefined ? 'out-of-order' : undefined;
}

const durationOf = (text: string | undefined): number =>
  text !== undefined && /^\d{1,5}$/.test(text) ? Number(text) : DEFAULT_MS;

const relayed = (code: string, durationMs: number): Errand => ({
  purpose: 'digit',
  method: 'INFO',
  headers: {},
  body: {
    contentType: DTMF_RELAY,
    content: `Signal=${code}\r\nDuration=${durationMs}\r\n`,
    encoding: 'utf8',
  },
});

/** A session-info with digits: an INFO for each. One that lasts no time is none. */
export function digitsToSip<AnyLeg extends OutLeg | InLeg>(
  turn: Turn,
  leg: AnyLeg,
  { iq, jingle }: JingleRequest,
): AnyLeg {
  const digits = digitsIn(jingle);
  const refusal = refusalOf(turn, leg, digits);
  if (refusal !== undefined) {
    refuse(turn, iq, refusal);
    return leg;
  }
  acknowledge(turn, iq);
  return digits.reduce((now, { attrs: { code = '', duration } }) => {
    const durationMs = durationOf(duration);
    return durationMs === 0 ? now : run(turn, now, relayed(code, durationMs));
  }, leg);
}

/** The digit alone, for a peer that does not take `application/dtmf-relay`; undefined once that was tried too. */
export function plainDigit({ purpose, body, ...errand }: Errand): Errand | undefined {
  const code = /^Signal=(.)\r/.exec(body?.content ?? '')?.[1];
  if (purpose !== 'digit' || body?.contentType !== DTMF_RELAY || code === undefined) return undefined;
  return { ...errand, purpose, body: { contentType: DTMF, content: code, encoding: 'utf8' } };
}

interface Digit {
  readonly code: string;
  readonly duration?: string;
}

/** The digit in the body of an INFO: `Signal=5`, `Duration=160`, or the digit alone. */
function digitOf({ content }: SipBody): Digit | undefined {
  const said =
    /^\s*signal\s*=\s*(\S{1,2})\s*$/im.exec(content)?.[1] ?? /^\s*(\S{1,2})\s*$/.exec(content)?.[1];
  const duration = /^\s*duration\s*=\s*(\d{1,5})\s*$/im.exec(content)?.[1];
  const code = BY_NUMBER.get(said ?? '') ?? said?.toUpperCase();
  if (code === undefined || !CODE.test(code)) return undefined;
  return { code, ...(duration === undefined ? {} : { duration }) };
}

/** INFO with a digit, to who has the session; before that nobody listens. */
export function digitToXmpp(turn: Turn, { leg }: LegAt, body: SipBody): void {
  const digit = digitOf(body);
  const to = 'rung' in leg ? leg.bound : leg.state === 'active' ? leg.user : undefined;
  if (digit === undefined || to === undefined || ('byeOnAck' in leg && leg.byeOnAck !== undefined)) return;
  jingleSet(turn, towards(leg, to), 'session-info', [el('dtmf', { xmlns: NS.JINGLE_DTMF, ...digit })]);
}
