/**
 * STUN and TURN servers for clients that ask: XEP-0215. Passwords made of a secret are those of coturn's REST API: the
 * user name is when they expire.
 */
import { createHmac } from 'node:crypto';
import type { XmlElement } from '@stoxgate/contracts';
import type { ExternalService } from '@stoxgate/runtime';
import { childOf, el, NS } from '@stoxgate/wire-xmpp';

interface Credentials {
  readonly username?: string;
  readonly password?: string;
  /** ISO 8601. */
  readonly expires?: string;
}

function credentialsOf({ username, password, secret, ttl }: ExternalService, now: number): Credentials {
  if (secret === undefined) {
    return {
      ...(username === undefined ? {} : { username }),
      ...(password === undefined ? {} : { password }),
    };
  }
  const expiresAt = Math.floor(now / 1000) + ttl;
  const user = username === undefined ? `${expiresAt}` : `${expiresAt}:${username}`;
  return {
    username: user,
    password: createHmac('sha1', secret).update(user).digest('base64'),
    expires: new Date(expiresAt * 1000).toISOString(),
  };
}

const serviceElement = (service: ExternalService, now: number): XmlElement => {
  const { type, host, port, transport } = service;
  return el('service', { type, host, port: port?.toString(), transport, ...credentialsOf(service, now) });
};

/** The answer to `<services/>` (§3.2) or `<credentials/>` (§3.3); undefined: no such service. `now`: ms. */
export function externalServices(
  { name, attrs, children }: XmlElement,
  services: readonly ExternalService[],
  now: number,
): XmlElement | undefined {
  if (name === 'services') {
    const wanted = services.filter(({ type }) => attrs.type === undefined || attrs.type === type);
    const type = attrs.type;
    return el(
      'services',
      { xmlns: NS.EXTERNAL_SERVICES, type },
      ...wanted.map((service) => serviceElement(service, now)),
    );
  }
  const asked = childOf({ name, attrs, children }, 'service')?.attrs;
  const known = services.filter(
    ({ host, type, port }) =>
      host === asked?.host &&
      type === asked?.type &&
      (asked.port === undefined || asked.port === port?.toString()),
  );
  if (known.length === 0) return undefined;
  return el(
    'credentials',
    { xmlns: NS.EXTERNAL_SERVICES },
    ...known.map((service) => serviceElement(service, now)),
  );
}
