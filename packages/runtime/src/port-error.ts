import { StoxgateError } from '@stoxgate/contracts';

const WHY: Readonly<Record<string, string>> = {
  EADDRINUSE: 'is in use already',
  EACCES: 'needs more rights than this process has',
  EADDRNOTAVAIL: 'is on an address that this machine does not have',
  ENOTFOUND: 'is on a host name that does not resolve',
};

/**
 * The error to tell an operator when listening failed, or undefined when `error` is about something else.
 * @param key configuration key of the port.
 */
export function portError(
  error: unknown,
  key: string,
  host: string,
  port: number,
): StoxgateError | undefined {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const why = WHY[code];
  if (why === undefined) return undefined;
  return new StoxgateError('STOX_PORT_UNAVAILABLE', `${key}: port ${port} on ${host} ${why}.`, {
    cause: error,
  });
}
