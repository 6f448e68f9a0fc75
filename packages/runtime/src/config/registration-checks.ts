/**
 * What must hold of `sip.registrations`.
 */
import type { Problem } from './problems.ts';
import type { Config } from './schema.ts';

export function registrationChecks({ sip }: Config): readonly Problem[] {
  const seen = new Map<string, number>();
  return sip.registrations.flatMap((registration, at): Problem[] => {
    const path = ['sip', 'registrations', at];
    const name = `sip.registrations[${at}]`;
    const twin = seen.get(registration.aor);
    if (twin !== undefined) {
      return [
        { path: [...path, 'aor'], sentence: `${name}.aor is that of sip.registrations[${twin}], too.` },
      ];
    }
    seen.set(registration.aor, at);
    if (registration.transport !== 'udp' && registration.registrar === '') {
      const sentence = `${name}.transport is for registrar, which is not set; set it, or sip.proxy_transport.`;
      return [{ path: [...path, 'transport'], sentence }];
    }
    if (registration.transport === 'tls' && sip.tls.cert_file === '') {
      const sentence = `${name}.transport is tls: sip.tls needs cert_file and key_file.`;
      return [{ path: [...path, 'transport'], sentence }];
    }
    return [];
  });
}

/** SIP hosts that we are registered at. */
export const registeredHosts = ({ sip }: Config): readonly string[] => [
  ...new Set(sip.registrations.map(({ aor }) => aor.slice(aor.lastIndexOf('@') + 1))),
];

/** User part of a registration's Contact. */
export const contactUserOf = ({ aor, contact_user }: Config['sip']['registrations'][number]): string =>
  contact_user === '' ? aor.slice(0, aor.lastIndexOf('@')) : contact_user;
