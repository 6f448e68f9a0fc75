/**
 * What a PUBLISH must say: RFC 3903 §6.
 */
import { contactOfSip } from '@stoxgate/addressing';
import type { SipRequest } from '@stoxgate/contracts';
import { mediaType } from '../call/multipart.ts';
import type { TranslatorPolicy } from '../policy.ts';
import type { PidfDocument, PidfNote } from '../presence/pidf.ts';
import { readPidf } from '../presence/pidf-read.ts';
import { PIDF, PRESENCE_EVENT } from '../presence/presence-event.ts';
import { expiresGranted, type Refused } from '../presence/subscribe-checks.ts';
import { eventOf } from '../subscription/event-of.ts';
import { DIALOG_EVENT, DIALOG_INFO, readDialogInfo } from './dialog-info.ts';
import type { Publication, PublishedSession } from './published-session.ts';

/** What a body tells. */
export interface PublishedState {
  readonly document?: PidfDocument;
  readonly calls: number;
}

export interface Publish {
  readonly ok: true;
  readonly event: Publication['event'];
  readonly expiresMs: number;
  /** The publication that it is about; absent: a new one. */
  readonly known?: Publication;
  /** Absent: what was published stays as it is. */
  readonly state?: PublishedState;
}

const ON_THE_PHONE = 'on-the-phone';
/** What is kept of a document: it is of one device. */
const MAX_TUPLES = 4;
const MAX_NOTES = 2;
const MAX_NOTE_CHARS = 256;

const refused = (status: number, headers: Refused['headers'] = {}): Refused => ({
  ok: false,
  status,
  headers,
});

const saysOnThePhone = ({ activities = [], tuples }: PidfDocument): boolean =>
  [activities, ...tuples.map((tuple) => tuple.activities ?? [])].some((names) =>
    names.includes(ON_THE_PHONE),
  );

const keptNotes = (notes: readonly PidfNote[]): readonly PidfNote[] =>
  notes
    .slice(0, MAX_NOTES)
    .map((note) => ({ ...note, text: [...note.text].slice(0, MAX_NOTE_CHARS).join('') }));

const kept = (document: PidfDocument): PidfDocument => ({
  ...document,
  tuples: document.tuples.slice(0, MAX_TUPLES).map((tuple) => ({ ...tuple, notes: keptNotes(tuple.notes) })),
  notes: keptNotes(document.notes),
});

function stateOf(event: Publication['event'], content: string): PublishedState | undefined {
  if (event === 'dialog') {
    const info = readDialogInfo(content);
    return info && { calls: info.dialogs.filter(({ isUp }) => isUp).length };
  }
  const document = readPidf(content);
  return document && { document: kept(document), calls: saysOnThePhone(document) ? 1 : 0 };
}

/** Whether whoever sends it is whom it is for: else it would have to be asked who may (RFC 3903 §6). */
function isBy({ addresses }: TranslatorPolicy, aor: string, { from }: SipRequest): boolean {
  const publisher = contactOfSip(addresses, from.uri.replace(/^sips:/i, 'sip:'));
  return publisher.ok && publisher.aor === aor;
}

/** What the request asks for, or why it is refused. `aor`: whom it is for. */
export function publishOf(
  policy: TranslatorPolicy,
  aor: string,
  session: PublishedSession | undefined,
  request: SipRequest,
): Publish | Refused {
  const event = eventOf(request);
  if (event !== PRESENCE_EVENT && event !== DIALOG_EVENT) {
    return refused(489, { 'allow-events': [`${PRESENCE_EVENT}, ${DIALOG_EVENT}`] });
  }
  if (policy.publishers === 'self' && !isBy(policy, aor, request)) return refused(403);
  const etag = request.headers['sip-if-match']?.[0]?.trim();
  const known = session?.publications.find(
    (one) => one.etag === etag && one.event === event && one.isWatched !== true,
  );
  if (etag !== undefined && known === undefined) return refused(412);
  const granted = expiresGranted(policy, request);
  if (!granted.ok) return granted;
  const { body } = request;
  const asked = { ok: true, event, expiresMs: granted.expiresMs, ...(known && { known }) } as const;
  if (body === undefined || body.content === '') return known === undefined ? refused(400) : asked;
  const type = event === 'presence' ? PIDF : DIALOG_INFO;
  if (mediaType(body.contentType) !== type) return refused(415, { accept: [type] });
  const state = body.encoding === 'utf8' ? stateOf(event, body.content) : undefined;
  return state === undefined ? refused(400) : { ...asked, state };
}
