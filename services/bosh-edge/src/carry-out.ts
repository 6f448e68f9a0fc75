/**
 * Carries out one request: its bytes, and what the answer is. XEP-0124, XEP-0206.
 */
import type { CommandOf, EventOf, SealedSecret, XmlElement } from '@stoxgate/contracts';
import { boshUrlFault } from '@stoxgate/runtime';
import { childOf, parseXml, textOf, type XmlLimits } from '@stoxgate/wire-xmpp';
import type { HttpClient } from './http/http-client.ts';
import { SASL, type SaslElement, saslElement } from './sasl/sasl-element.ts';

export type BoshCommand = CommandOf<'bosh.request.send'>;
export type BoshEvent = EventOf<'bosh.request.answered'> | EventOf<'bosh.request.failed'>;

export interface Equipment {
  readonly http: Pick<HttpClient, 'post'>;
  readonly limits: XmlLimits;
  /** Whether passwords may go to other hosts without TLS. */
  readonly allowPlain: boolean;
}

const BOSH = 'http://jabber.org/protocol/httpbind';

/** Never rejects. `open` gives the password of the phone. Undefined: it was aborted, and is another edge's now. */
export async function carryOut(
  { http, limits, allowPlain }: Equipment,
  command: BoshCommand,
  open: (secret: SealedSecret) => string | undefined,
): Promise<BoshEvent | undefined> {
  const { rid, attempt, url, payload } = command;
  const failed = (cause: EventOf<'bosh.request.failed'>['cause']): BoshEvent => ({
    type: 'bosh.request.failed',
    rid,
    attempt,
    cause,
  });
  if (boshUrlFault(url, allowPlain) !== undefined) return failed('unusable');
  const sasl = typeof payload === 'string' ? undefined : await saslElement(payload, open);
  if (sasl?.ok === false) return failed(sasl.cause);
  const xml = typeof payload === 'string' ? payload : (sasl?.xml ?? '');
  const outcome = await http.post(url, `${command.start}${xml}</body>`, command.timeoutMs);
  if (outcome.kind === 'aborted') return undefined;
  if (outcome.kind !== 'answer') return failed(outcome.kind);
  const body = bodyOf(outcome.text, limits);
  const lastWord = body && (childOf(body, 'success', SASL) ?? childOf(body, 'challenge', SASL));
  const isServerProven =
    lastWord && (await provenBy(command, sasl, open))?.(textOf(lastWord).replace(/\s/g, ''));
  return {
    type: 'bosh.request.answered',
    rid,
    attempt,
    status: outcome.status,
    ...(body === undefined ? {} : { body }),
    ...(isServerProven === undefined ? {} : { isServerProven }),
  };
}

function bodyOf(text: string | undefined, limits: XmlLimits): XmlElement | undefined {
  const parsed = text === undefined ? undefined : parseXml(text, limits);
  if (parsed?.ok !== true) return undefined;
  const { element } = parsed;
  return element.name === 'body' && element.attrs.xmlns === BOSH ? element : undefined;
}

/** What proves the server, where a SCRAM exchange is under way. */
async function provenBy(
  { payload, proof }: BoshCommand,
  sent: SaslElement | undefined,
  open: (secret: SealedSecret) => string | undefined,
): Promise<((success: string) => boolean) | undefined> {
  const isFinal = typeof payload !== 'string' && payload.step === 'scram-final';
  const made = isFinal || proof === undefined ? sent : await saslElement(proof, open);
  return made?.ok === true ? made.isProven : undefined;
}
