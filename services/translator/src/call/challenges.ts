/**
 * Digest challenges to a request of ours: which may be answered. RFC 3261 §22.2, RFC 7616 §3.3.
 */
import type { SipResponse } from '@stoxgate/contracts';

export interface Challenge {
  readonly header: 'www-authenticate' | 'proxy-authenticate';
  readonly value: string;
}

const REALM = /\brealm\s*=\s*"((?:[^"\\]|\\.)*)"/i;
const STALE = /\bstale\s*=\s*"?true\b/i;
const MAX_CHALLENGES = 16;

const spaceOf = (challenge: Challenge): string =>
  `${challenge.header} ${REALM.exec(challenge.value)?.[1] ?? ''}`;

const isStale = (challenge: Challenge): boolean => STALE.test(challenge.value);

function challengesIn(response: SipResponse): readonly Challenge[] {
  const header = response.status === 401 ? 'www-authenticate' : 'proxy-authenticate';
  return (response.headers[header] ?? []).map((value) => ({ header, value }));
}

/** Whether the response asks for credentials. */
export const isChallenge = (response: SipResponse): boolean =>
  response.status === 401 || response.status === 407;

/**
 * Challenges to answer in the next attempt, or undefined when there is none to answer: a realm that refused our answer
 * gets no second one, except once when it says that only the nonce was stale.
 */
export function challengesToAnswer(
  answered: readonly Challenge[],
  response: SipResponse,
): readonly Challenge[] | undefined {
  const asked = challengesIn(response);
  if (asked.length === 0) return undefined;
  const refused = asked.some((challenge) => {
    const before = answered.filter((old) => spaceOf(old) === spaceOf(challenge));
    return before.length > 0 && (!isStale(challenge) || before.some(isStale));
  });
  if (refused) return undefined;
  const spaces = new Set(asked.map(spaceOf));
  const all = [...answered.filter((old) => !spaces.has(spaceOf(old))), ...asked];
  return all.length > MAX_CHALLENGES ? undefined : all;
}
