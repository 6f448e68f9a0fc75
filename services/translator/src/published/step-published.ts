/**
 * The core for what is published of one SIP address: RFC 3903 §6.
 */
import { brandAor, type Command, deriveHex, type EventOf, keyOfPhone } from '@stoxgate/contracts';
import { responseTo } from '../call/sip-response.ts';
import { hasPhones } from '../phone/phones-policy.ts';
import type { TranslatorPolicy } from '../policy.ts';
import type { Input, Step } from '../step.ts';
import { mergedPidf } from './merged-pidf.ts';
import { phoneChanges } from './phone-changes.ts';
import { type Publish, publishOf } from './publish-checks.ts';
import type { Publication, PublishedSession } from './published-session.ts';

export const PUBLISHED_TIMER = 'published';
const PREFIX = 'published:';
/** A person's devices and their calls; one more is refused. */
const MAX_PUBLICATIONS = 16;
/** More users than have one contact; one more hears nothing. */
const MAX_WATCHERS = 200;

const NOTHING: PublishedSession = { kind: 'published', publications: [], watchers: [], timerAt: 0 };

const aorOf = (input: Input): string => input.key.slice(PREFIX.length);

const tell = (key: string, pidf: string | undefined): Command => ({
  type: 'session.notify',
  key,
  event: { type: 'presence.published', ...(pidf === undefined ? {} : { pidf }) },
});

/** Ends the step: one timer wakes the record when the next publication expires. */
function settled(session: PublishedSession, commands: readonly Command[]): Step {
  const { publications, watchers, timerAt } = session;
  if (publications.length === 0 && watchers.length === 0) return { session: undefined, commands };
  if (publications.length === 0) return { session, commands };
  const dueAt = Math.min(...publications.map(({ expiresAt }) => expiresAt));
  if (timerAt !== 0 && timerAt <= dueAt) return { session, commands };
  const timer: Command = { type: 'timer.set', name: PUBLISHED_TIMER, dueAt };
  return { session: { ...session, timerAt: dueAt }, commands: [...commands, timer] };
}

/** What others hear of the change from `before`: those who watch the document, the phone what became of it. */
function told(
  policy: TranslatorPolicy,
  input: Input,
  before: PublishedSession,
  after: PublishedSession,
  isSign: boolean,
): readonly Command[] {
  const aor = aorOf(input);
  const pidf = mergedPidf(aor, after.publications);
  const isNews = pidf !== mergedPidf(aor, before.publications);
  const changes = hasPhones(policy.phones)
    ? phoneChanges(before.publications, after.publications, isSign)
    : [];
  return [
    ...(isNews ? after.watchers.map((key) => tell(key, pidf)) : []),
    ...changes.map((event): Command => ({ type: 'session.notify', key: keyOfPhone(brandAor(aor)), event })),
  ];
}

/** The publications after a request that is in order. */
function applied(
  publications: readonly Publication[],
  { known, state, event, expiresMs }: Publish,
  etag: string,
  now: number,
): readonly Publication[] {
  const others = publications.filter((one) => one !== known);
  if (expiresMs === 0) return others;
  const document = state === undefined ? known?.document : state.document;
  const calls = state?.calls ?? known?.calls ?? 0;
  return [...others, { etag, event, expiresAt: now + expiresMs, ...(document && { document }), calls }];
}

function published(
  policy: TranslatorPolicy,
  session: PublishedSession,
  input: Input,
  { request }: EventOf<'sip.request.received'>,
): Step {
  const tag = deriveHex(`${input.eventId} tag`, 8);
  const answer = (status: number, headers = {}): Command => ({
    type: 'sip.response.send',
    edge: input.edge,
    response: responseTo(request, status, tag, { headers }),
  });
  const refuse = (status: number, headers = {}): Step => settled(session, [answer(status, headers)]);
  if (request.method !== 'PUBLISH') return refuse(405, { allow: ['PUBLISH'] });
  const asked = publishOf(policy, aorOf(input), session, request);
  if (!asked.ok) return refuse(asked.status, asked.headers);
  const isNew = asked.known === undefined && asked.expiresMs > 0;
  if (isNew && session.publications.length >= MAX_PUBLICATIONS) return refuse(500, { 'retry-after': ['60'] });
  const etag = deriveHex(`${input.eventId} etag`, 10);
  const publications = applied(session.publications, asked, etag, input.now);
  const next = { ...session, publications };
  const ok = answer(200, { 'sip-etag': [etag], expires: [String(Math.floor(asked.expiresMs / 1000))] });
  return settled(next, [ok, ...told(policy, input, session, next, asked.expiresMs > 0)]);
}

function expired(policy: TranslatorPolicy, session: PublishedSession, input: Input): Step {
  const publications = session.publications.filter(({ expiresAt }) => expiresAt > input.now);
  const next = { ...session, publications, timerAt: 0 };
  return settled(next, told(policy, input, session, next, false));
}

/** What a watched SIP server says of calls stands beside what is published, until it says otherwise or is silent for too long. */
function toldOfDialogs(
  policy: TranslatorPolicy,
  session: PublishedSession,
  input: Input,
  { calls, until = 0 }: EventOf<'phone.dialogs.told'>,
): Step {
  const others = session.publications.filter(({ isWatched }) => isWatched !== true);
  const publication: Publication = { etag: '', event: 'dialog', expiresAt: until, calls, isWatched: true };
  const isUp = calls > 0 && until > input.now;
  const next = { ...session, publications: isUp ? [...others, publication] : others };
  return settled(next, told(policy, input, session, next, isUp));
}

function watched(session: PublishedSession, input: Input, replyTo: string): Step {
  const others = session.watchers.filter((key) => key !== replyTo);
  if (others.length >= MAX_WATCHERS) return settled(session, []);
  const pidf = mergedPidf(aorOf(input), session.publications);
  return settled({ ...session, watchers: [...others, replyTo] }, [tell(replyTo, pidf)]);
}

/** Handles an event of a `published:` key. Total: what concerns no publication changes nothing. */
export function stepPublished(
  policy: TranslatorPolicy,
  known: PublishedSession | undefined,
  input: Input,
): Step {
  const { event } = input;
  const session = known ?? NOTHING;
  switch (event.type) {
    case 'sip.request.received':
      return published(policy, session, input, event);
    case 'presence.published.watched':
      return watched(session, input, event.replyTo);
    case 'presence.published.unwatched': {
      const watchers = session.watchers.filter((key) => key !== event.replyTo);
      return watchers.length === session.watchers.length
        ? { session: known, commands: [] }
        : settled({ ...session, watchers }, []);
    }
    case 'phone.dialogs.told':
      return toldOfDialogs(policy, session, input, event);
    case 'timer.fired':
      return known === undefined ? { session: known, commands: [] } : expired(policy, known, input);
    default:
      return { session: known, commands: [] };
  }
}
