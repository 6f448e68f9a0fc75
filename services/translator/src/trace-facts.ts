/**
 * What traces say of a session: whose it is, which way it went, how it ended.
 */
import type { Attributes } from '@opentelemetry/api';
import { bareJidOf } from '@stoxgate/addressing';
import { type RootSpan, sessionAttributes } from '@stoxgate/runtime';
import type { StepReport } from './plan.ts';
import type { CallSession, Session } from './session.ts';
import { isOver } from './session-facts.ts';

/** A SIP URI without parameters, as an address of record has none. */
const withoutParameters = (uri: string): string => uri.split(/[;?]/, 1)[0] ?? uri;

/** Of a call: who has it on both sides, by what id each, and who called whom. A call that comes back has two legs. */
function callAttributes({ out, in: from }: CallSession): Attributes {
  const leg = out ?? from;
  if (leg === undefined) return {};
  const phone = out === undefined ? from?.invite.from.uri : out.invite.request.to.uri;
  return {
    'jingle.sid': leg.sid,
    'stoxgate.user': bareJidOf(leg.user) ?? leg.user,
    ...(phone !== undefined && { 'stoxgate.phone': withoutParameters(phone) }),
    'stoxgate.direction': out === undefined ? 'sip-to-xmpp' : 'xmpp-to-sip',
  };
}

/** What a session's record says of it beside its key. */
export function recordAttributes(session: Session | undefined): Attributes {
  if (session?.kind === 'call') return callAttributes(session);
  return session?.kind === 'dialog' ? sessionAttributes(session.owner) : {};
}

/** How a call ended; the SIP status where one ended it. */
function endAttributes({ out, in: from }: CallSession): Attributes {
  const end = out?.end ?? from?.end;
  if (end === undefined) return {};
  const status = /^sip-(\d{3})$/.exec(end.label)?.[1];
  return {
    'stoxgate.end_reason': end.label,
    'stoxgate.end_result': end.result,
    ...(status !== undefined && { 'sip.status_code': Number(status) }),
  };
}

/** A call that ends so was ended by a fault, not by its users. */
const FAULTS: ReadonlySet<string> = new Set(['server_error', 'upstream_error']);

/**
 * The root span of the trace that a step has brought to its end: of a call, of a subscription or a chat that another session
 * keeps. An event that is handled again after a crash writes it again.
 */
export function rootSpanOf({
  envelope,
  outcome,
  before,
  after,
  startedAt,
  at,
}: StepReport): RootSpan | undefined {
  const times = { startMs: startedAt, endMs: at };
  const attributes = { ...sessionAttributes(envelope.key), ...recordAttributes(after ?? before) };
  if (before?.kind === 'dialog' && after === undefined) {
    return { name: before.owner.startsWith('pair:') ? 'chat' : 'subscription', ...times, attributes };
  }
  if (after?.kind !== 'call' || !isOver(after) || isOver(before)) return undefined;
  if (outcome !== 'applied' && outcome !== 'duplicate') return undefined;
  const ends = endAttributes(after);
  const result = ends['stoxgate.end_result'];
  const error = typeof result === 'string' && FAULTS.has(result) ? result : undefined;
  return { name: 'call', ...times, attributes: { ...attributes, ...ends }, error };
}
