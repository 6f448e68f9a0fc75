/** Where a relay's ng port is. */
export interface RelayAddress {
  readonly host: string;
  readonly port: number;
}

/** `udp:HOST:PORT` or `udp:[IPv6]:PORT`, as in the configuration; undefined when it is neither. */
export function relayAddressOf(text: string): RelayAddress | undefined {
  const match = /^udp:(?:\[([0-9a-f:.]+)\]|([^\s:[\]]+)):(\d{1,5})$/i.exec(text);
  const port = Number(match?.[3]);
  const host = match?.[1] ?? match?.[2];
  return host === undefined || port < 1 || port > 65_535 ? undefined : { host, port };
}
