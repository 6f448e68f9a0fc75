/**
 * What people do (RPID, RFC 4480 §3.2) and how available they are (`show`, RFC 6121 §4.7.2.1).
 */
import type { Show } from './pidf.ts';

interface Meaning {
  readonly show: Show;
  /** Said where nothing else is. */
  readonly status?: string;
}

const dnd: Meaning = { show: 'dnd' };
const away: Meaning = { show: 'away' };
const xa: Meaning = { show: 'xa' };

const MEANINGS: ReadonlyMap<string, Meaning> = new Map([
  ['on-the-phone', { show: 'dnd', status: 'On the phone' }],
  ['busy', dnd],
  ['meeting', dnd],
  ['appointment', dnd],
  ['presentation', dnd],
  ['away', away],
  ['meal', away],
  ['breakfast', away],
  ['dinner', away],
  ['in-transit', away],
  ['permanent-absence', xa],
  ['vacation', xa],
  ['holiday', xa],
  ['sleeping', xa],
  ['travel', xa],
]);

const STRENGTH: readonly Show[] = ['away', 'xa', 'dnd'];

/** Which activity says it; none stands for `chat`. */
export function activityOfShow(show: Show | undefined): string | undefined {
  switch (show) {
    case 'away':
      return 'away';
    case 'dnd':
      return 'busy';
    case 'xa':
      return 'permanent-absence';
    default:
      return undefined;
  }
}

/** What activities say; of several the one that least wants to be disturbed. Undefined: nothing. */
export function meaningOfActivities(names: readonly string[]): Meaning | undefined {
  let strongest: Meaning | undefined;
  for (const name of names) {
    const meaning = MEANINGS.get(name);
    if (meaning === undefined) continue;
    if (
      strongest === undefined ||
      STRENGTH.indexOf(meaning.show) > STRENGTH.indexOf(strongest.show) ||
      (meaning.show === strongest.show && strongest.status === undefined)
    )
      strongest = meaning;
  }
  return strongest;
}
