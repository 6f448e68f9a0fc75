/**
 * Counts what phones report and what becomes of their sessions, and says which accounts are parked, and whose calls are not
 * told.
 */
import { counter, type ServiceContext } from '@stoxgate/runtime';
import { phoneFacts } from './phone/phone-facts.ts';
import type { StepReport } from './plan.ts';

/** Watches steps of phones; others it does not look at. */
export function observePhones({ meter, log }: ServiceContext): (report: StepReport) => void {
  const reports = counter(meter, 'stoxgate_phone_reports_total');
  const sessions = counter(meter, 'stoxgate_phone_sessions_total');
  return ({ envelope, outcome, before, after, dropped }) => {
    const { key, payload, trace } = envelope;
    if (dropped === 'no-account') {
      reports.add(1, { result: dropped });
      log.debug({ key, trace }, 'state of a phone that has no account');
      return;
    }
    if (payload.type === 'phone.state.reported' && outcome === 'unchanged') {
      reports.add(1, { result: 'taken' });
    }
    if (after?.kind === 'dialogs') {
      const isNew =
        after.refused !== undefined && (before?.kind !== 'dialogs' || before.refused === undefined);
      if (isNew)
        log.warn({ key, reason: after.refused, trace }, 'calls of a phone are not told by the SIP side');
      return;
    }
    if (outcome !== 'applied' || before?.kind !== 'phone') return;
    const { report, session, parked } = phoneFacts(
      before,
      after?.kind === 'phone' ? after : undefined,
      payload,
    );
    if (report !== undefined) reports.add(1, { result: report });
    if (session !== undefined) sessions.add(1, { change: session });
    if (parked !== undefined) {
      log.warn({ key, reason: parked, trace }, 'account of a phone parked: its state is not shown');
    }
  };
}
