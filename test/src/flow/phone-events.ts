/**
 * What is told of a phone whose state is shown in an XMPP account, in the words of a flow: `account USER`, `removed`, or a
 * state or change of it.
 */
import { type Event, PhoneReport } from '@stoxgate/contracts';
import type { Participant } from './flow-file.ts';

const SECRET = { form: 'open', text: 'cGVuY2ls' } as const;

/** Throws on words that say nothing of a phone. */
export function phoneEvent({ address }: Participant, headline: string): Event {
  const [word = '', user = ''] = headline.split(/\s+/);
  if (word === 'account') {
    return { type: 'phone.account.imported', uri: address, username: user, secret: SECRET };
  }
  if (word === 'removed') return { type: 'phone.account.removed' };
  return { type: 'phone.state.reported', report: PhoneReport.parse(word), source: 'command' };
}
