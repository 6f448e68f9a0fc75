import { parseAddressUri } from '@stoxgate/addressing';
import { type EventOf, keyOfPhone } from '@stoxgate/contracts';
import type { Sealer } from '../sealing.ts';
import type { FileAccount } from './account-file.ts';

export type ImportedAccount = EventOf<'phone.account.imported'>;

/**
 * Accounts of a file as events, their passwords sealed. Phones that share a login have a resource each: `resource` and the
 * user of their address.
 */
export function importedAccounts(
  accounts: readonly FileAccount[],
  sealer: Pick<Sealer, 'seal'>,
  resource: string,
): readonly ImportedAccount[] {
  const logins = new Map<string, number>();
  const loginOf = ({ username }: FileAccount): string => username.replace('@@', '@').toLowerCase();
  for (const account of accounts) logins.set(loginOf(account), (logins.get(loginOf(account)) ?? 0) + 1);
  return accounts.map((account) => {
    const { password, ...rest } = account;
    const isShared = (logins.get(loginOf(account)) ?? 0) > 1;
    return {
      type: 'phone.account.imported',
      ...rest,
      secret: sealer.seal(keyOfPhone(account.uri), password),
      ...(isShared && { resource: `${resource}-${parseAddressUri(account.uri)?.user ?? ''}` }),
    };
  });
}
