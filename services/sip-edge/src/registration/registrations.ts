/**
 * The registrations of the configuration, of this edge.
 */
import { createHash } from 'node:crypto';
import type { Meter } from '@opentelemetry/api';
import { type Config, contactUserOf, counter, gauge, type Logger } from '@stoxgate/runtime';
import type { SipStack } from '@stoxgate/sip-stack';
import type { EdgeTag } from '../edge-user.ts';
import { Registration, type RegistrationOptions } from './registration.ts';

export interface Registrations {
  /** Takes our Contacts back; resolves at the deadline at last. */
  end(timeoutMs: number): Promise<void>;
  stop(): void;
}

/** The same for an edge at the same address, also after a restart (RFC 5626 §4.1). */
function instanceOf(address: string): string {
  const hex = createHash('sha256').update(`stoxgate edge ${address}`).digest('hex');
  const variant = ((Number.parseInt(hex.slice(16, 17), 16) & 0x3) | 0x8).toString(16);
  return `urn:uuid:${hex.slice(0, 8)}-${hex.slice(8, 12)}-5${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

interface Ports {
  readonly plain: number;
  readonly tls: number;
  readonly proxyTransport: string;
}

function optionsOf(
  registration: Config['sip']['registrations'][number],
  localHost: string,
  ports: Ports,
): RegistrationOptions {
  const { registrar, transport, realm, username, password = '' } = registration;
  const via = transport === 'udp' ? '' : `;transport=${transport}`;
  return {
    aor: registration.aor,
    routes: registrar === '' ? [] : [`<sip:${registrar}${via};lr>`],
    contactUser: contactUserOf(registration),
    localHost,
    port: (registrar === '' ? ports.proxyTransport : transport) === 'tls' ? ports.tls : ports.plain,
    expiresSeconds: registration.expires,
    mayUnregister: registration.unregister,
    credentials: { username, password, ...(realm === undefined ? {} : { realm }) },
    ...(registration.instance ? { instance: instanceOf(`${localHost}:${ports.plain}`) } : {}),
  };
}

/** Begins to register. */
export function startRegistrations(
  { sip }: Config,
  stack: SipStack<EdgeTag>,
  meter: Meter,
  log: Logger,
): Registrations {
  const failures = counter(meter, 'stoxgate_sip_register_failures_total');
  const parts = { stack, log, failed: (cause: string) => failures.add(1, { cause }) };
  const ports = { plain: stack.port, tls: stack.tlsPort ?? 0, proxyTransport: sip.proxy_transport };
  const all = sip.registrations.map(
    (registration) => new Registration(optionsOf(registration, sip.local_host, ports), parts),
  );
  const endGauge =
    all.length === 0
      ? () => undefined
      : gauge(meter, 'stoxgate_sip_registrations', () => {
          const registered = all.filter(({ isRegistered }) => isRegistered).length;
          return [
            { value: registered, labels: { state: 'registered' } },
            { value: all.length - registered, labels: { state: 'unregistered' } },
          ];
        });
  for (const registration of all) registration.start();
  return {
    end: async (timeoutMs) => {
      let late: NodeJS.Timeout | undefined;
      const deadline = new Promise<void>((resolve) => {
        late = setTimeout(resolve, timeoutMs);
      });
      await Promise.race([Promise.all(all.map((registration) => registration.end())), deadline]);
      clearTimeout(late);
    },
    stop: () => {
      for (const registration of all) registration.stop();
      endGauge();
    },
  };
}
