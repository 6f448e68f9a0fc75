/**
 * What the record of a phone's dialogs hears of its account: they are watched from when it comes until it goes. A phone that
 * signs on may be there to be asked now.
 */
import { brandAor, type Command, keyOfDialogs } from '@stoxgate/contracts';
import type { Input } from '../step.ts';
import type { PhonesPolicy } from './phones-policy.ts';

const PREFIX = 'phone:';

function told({ event }: Input): 'phone.dialogs.watched' | 'phone.dialogs.unwatched' | undefined {
  switch (event.type) {
    case 'phone.account.imported':
      return 'phone.dialogs.watched';
    case 'phone.account.removed':
      return 'phone.dialogs.unwatched';
    case 'phone.state.reported':
      return event.report === 'sign-on' || event.report === 'online' ? 'phone.dialogs.watched' : undefined;
    default:
      return undefined;
  }
}

/** Undefined: nothing is to be told. */
export function dialogsCommand({ watchDialogs }: PhonesPolicy, input: Input): Command | undefined {
  const type = watchDialogs ? told(input) : undefined;
  const aor = brandAor(input.key.slice(PREFIX.length));
  return type && { type: 'session.notify', key: keyOfDialogs(aor), event: { type } };
}
