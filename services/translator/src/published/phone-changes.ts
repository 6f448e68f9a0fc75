/**
 * What a change of what is published says of a phone.
 */
import type { EventOf, PhoneReport } from '@stoxgate/contracts';
import type { Publication } from './published-session.ts';

type Report = EventOf<'phone.state.reported'>;
type Publications = readonly Publication[];

const hasPresence = (publications: Publications): boolean =>
  publications.some(({ event }) => event === 'presence');

const callsIn = (publications: Publications): number =>
  publications.reduce((sum, { calls }) => sum + calls, 0);

/** Calls that dialogs tell of. */
export const dialogCallsIn = (publications: Publications): number =>
  callsIn(publications.filter(({ event }) => event === 'dialog'));

/**
 * Reports in their order. `isSign`: it was published, not only forgotten, so it is a sign of life. A phone signs on with
 * its first presence and off with its last; a call begins when more dialogs are up than before.
 */
export function phoneChanges(before: Publications, after: Publications, isSign: boolean): readonly Report[] {
  const report = (what: PhoneReport, source: Report['source'], calls?: number): Report => ({
    type: 'phone.state.reported',
    report: what,
    source,
    ...(calls === undefined ? {} : { calls }),
  });
  const [wasOn, isOn] = [hasPresence(before), hasPresence(after)];
  const [calls, callsBefore] = [callsIn(after), callsIn(before)];
  const source = dialogCallsIn(after) === dialogCallsIn(before) ? 'publish' : 'dialog';
  const changes: Report[] = [];
  if (isOn && !wasOn) changes.push(report('sign-on', 'publish'));
  if (calls > callsBefore || (calls > 0 && isOn && !wasOn)) changes.push(report('call-start', source, calls));
  if (calls < callsBefore) changes.push(report('call-end', source, calls));
  if (wasOn && !isOn) changes.push(report('sign-off', 'publish'));
  if (changes.length > 0 || !isSign) return changes;
  return isOn || calls === 0 ? [report('refresh', 'publish')] : [report('keep-alive', 'dialog')];
}
