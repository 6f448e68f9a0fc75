/**
 * The configuration as addresses are mapped by it.
 */
import type { AddressMap } from '@stoxgate/addressing';
import { interceptedOf } from './intercept.ts';
import { numbersOf } from './numbers.ts';
import type { Config } from './schema.ts';

/** Make it once: look-ups in the map are remembered with it. */
export function addressMapOf(config: Config): AddressMap {
  const { domains, components } = config.xmpp;
  const intercepted = interceptedOf(config);
  const numbers = numbersOf(config);
  return {
    xmppDomains: domains,
    components: components.map(({ domain, sip_domain }) => ({ domain, sipDomain: sip_domain ?? domain })),
    ...(intercepted && { intercepted }),
    ...(numbers && { numbers }),
  };
}
