/**
 * Commands about phones, told to a gateway that runs by its admin listener.
 */
import { createSealer, importedAccounts, readAccountFile } from '@stoxgate/bosh-edge';
import type { PhoneReport } from '@stoxgate/contracts';
import { arePhonesShown, type Config } from '@stoxgate/runtime';
import type { PhoneArguments } from './arguments.ts';

const TIMEOUT_MS = 15_000;

/** Ends with 0, what to say of it; or with 1 or 2, and what to do about it. */
export interface CommandEnd {
  readonly code: 0 | 1 | 2;
  readonly lines: readonly string[];
}

const failed = (line: string): CommandEnd => ({ code: 1, lines: [line] });

/** Never rejects. */
export async function runPhoneCommand(command: PhoneArguments, config: Config): Promise<CommandEnd> {
  if (!arePhonesShown(config))
    return failed('phones are not configured: set phones.bosh_url, or phones.client_url.');
  if (config.admin.port === 0) {
    return failed('admin.port is 0, any free one: set a port, at which the gateway is found.');
  }
  switch (command.kind) {
    case 'phone-state':
      return tellState(config, command.uri, command.state);
    case 'phone-accounts import':
      return importFile(config, command.accountFile);
    case 'phone-accounts remove':
      return remove(config, command.uris);
  }
}

async function tellState(config: Config, uri: string, state: PhoneReport): Promise<CommandEnd> {
  const answer = await ask(config, 'POST', `${encodeURIComponent(uri)}/state`, { state, source: 'command' });
  return answer.ok ? { code: 0, lines: [`${String(answer.body.phone)}: ${state}`] } : failed(answer.fault);
}

async function importFile(config: Config, file: string): Promise<CommandEnd> {
  const { accounts, problems } = readAccountFile(file);
  if (problems.length > 0) {
    return { code: 2, lines: [...problems, 'nothing was imported: correct the file first.'] };
  }
  const sealed = importedAccounts(accounts, createSealer(config.phones.key), config.phones.resource);
  const answer = await ask(config, 'POST', '', { accounts: sealed });
  const count = accounts.length === 1 ? '1 account' : `${accounts.length} accounts`;
  return answer.ok ? { code: 0, lines: [`${count} imported`] } : failed(answer.fault);
}

/** One after the other, up to the first that cannot be removed. */
async function remove(config: Config, uris: readonly string[]): Promise<CommandEnd> {
  const lines: string[] = [];
  for (const uri of uris) {
    const answer = await ask(config, 'DELETE', encodeURIComponent(uri));
    if (!answer.ok) return { code: 1, lines: [...lines, `${uri}: ${answer.fault}`] };
    lines.push(`${String(answer.body.phone)}: account removed`);
  }
  return { code: 0, lines };
}

type Answer =
  | { readonly ok: true; readonly body: Readonly<Record<string, unknown>> }
  | { readonly ok: false; readonly fault: string };

const ANY_ADDRESS: Readonly<Record<string, string>> = { '0.0.0.0': '127.0.0.1', '::': '::1' };

async function ask(
  { admin }: Config,
  method: 'POST' | 'DELETE',
  path: string,
  body?: unknown,
): Promise<Answer> {
  const host = ANY_ADDRESS[admin.host] ?? admin.host;
  const place = `http://${host.includes(':') ? `[${host}]` : host}:${admin.port}`;
  try {
    const response = await fetch(`${place}/api/phones${path === '' ? '' : `/${path}`}`, {
      method,
      redirect: 'error',
      headers: {
        'content-type': 'application/json',
        ...(admin.token === undefined ? {} : { authorization: `Bearer ${admin.token}` }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    const answer = (await response.json().catch(() => ({}))) as Record<string, unknown>;
    if (response.ok) return { ok: true, body: answer };
    const { error = `the gateway at ${place} answers ${response.status}.` } = answer;
    return { ok: false, fault: String(error) };
  } catch {
    return {
      ok: false,
      fault: `no gateway answers at ${place}: start it, or set admin.host and admin.port to where it is.`,
    };
  }
}
