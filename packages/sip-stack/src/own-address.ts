/**
 * How we name ourselves on the wire: sent-by of Via, host of Contact.
 */
import { isIPv6 } from 'node:net';
import type { OwnContact } from '@stoxgate/contracts';
import { formatParam, formatVia, parseVia, safeUri, type Via } from '@stoxgate/wire-sip';
import type { Protocol } from './hop.ts';

export class OwnAddress {
  readonly host: string;
  readonly #port: number;
  readonly #tlsPort: number | undefined;
  readonly #sentBy: string;
  /** A Via up to its branch. */
  readonly #viaBefore: Readonly<Record<Protocol, string>>;

  /**
   * @param host a name or an address, without brackets.
   * @param tlsPort where TLS is listened for, if it is.
   */
  constructor(host: string, port: number, tlsPort?: number) {
    this.host = isIPv6(host) ? `[${host}]` : host;
    this.#port = port;
    this.#tlsPort = tlsPort;
    this.#sentBy = `${this.host}:`.toLowerCase();
    const viaBefore = (protocol: Protocol): string =>
      formatVia({
        transport: protocol.toUpperCase(),
        host: this.host,
        port: this.#portOf(protocol),
        rport: true,
        params: {},
      });
    this.#viaBefore = { udp: viaBefore('udp'), tcp: viaBefore('tcp'), tls: viaBefore('tls') };
  }

  /** Via of a request of ours; `rport` asks for the port that the peer sees (RFC 3581 §3). */
  via(protocol: Protocol, branch: string): string {
    return this.#viaBefore[protocol] + formatParam('branch', branch);
  }

  /** Value of a Contact of ours; over TCP or TLS it asks for the same, since without it UDP is meant (RFC 3261 §19.1.5). */
  contact({ user, gr, params }: OwnContact, protocol: Protocol): string {
    const instance = gr === undefined ? '' : `;gr=${gr}`;
    const transport = protocol === 'udp' ? '' : `;transport=${protocol}`;
    const uri = `sip:${user === '' ? '' : `${user}@`}${this.host}:${this.#portOf(protocol)}${transport}${instance}`;
    const address = `<${safeUri(uri)}>`;
    if (params === undefined) return address;
    return (
      address +
      Object.entries(params)
        .map(([name, value]) => `;${name}=${value}`)
        .join('')
    );
  }

  /** Whether a Via value is one of ours. Most are told apart without parsing. */
  ownVia(value: string): Via | undefined {
    if (!value.toLowerCase().includes(this.#sentBy)) return undefined;
    const via = parseVia(value);
    const isOwn = via?.port === this.#port || (via?.port !== undefined && via.port === this.#tlsPort);
    return isOwn && via.host.toLowerCase() === this.host.toLowerCase() ? via : undefined;
  }

  #portOf(protocol: Protocol): number {
    return protocol === 'tls' ? (this.#tlsPort ?? this.#port) : this.#port;
  }
}
