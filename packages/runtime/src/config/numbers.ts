/**
 * Telephone numbers: what must hold of the keys, and the rules as the address map has them.
 */
import { dialRuleProblem, type NumberRules } from '@stoxgate/addressing';
import type { Problem } from './problems.ts';
import { contactUserOf, registeredHosts } from './registration-checks.ts';
import type { Config } from './schema.ts';

function dialplanChecks({ dialplan }: Config['numbers']): Problem[] {
  return dialplan.flatMap((rule, at): Problem[] => {
    const path = ['numbers', 'dialplan', at];
    const name = `numbers.dialplan[${at}]`;
    const fault = dialRuleProblem(rule.match, rule.replace);
    if (fault !== undefined) return [{ path: [...path, 'match'], sentence: `${name}.match ${fault}.` }];
    if (rule.refuse && rule.replace !== undefined) {
      return [{ path: [...path, 'replace'], sentence: `${name} has both replace and refuse; keep one.` }];
    }
    if (rule.refuse && rule.direction === 'from_sip') {
      const sentence = `${name}.refuse is for numbers that users call; its direction cannot be from_sip.`;
      return [{ path: [...path, 'direction'], sentence }];
    }
    if (rule.refuse || rule.replace !== undefined) return [];
    return [{ path, sentence: `${name} changes nothing; give it replace or refuse.` }];
  });
}

function phoneChecks({ numbers, xmpp }: Config): Problem[] {
  const seen = { username: new Map<string, number>(), phone: new Map<string, number>() };
  return numbers.username_to_phone.flatMap((entry, at): Problem[] => {
    const path = ['numbers', 'username_to_phone', at];
    const name = `numbers.username_to_phone[${at}]`;
    for (const key of ['username', 'phone'] as const) {
      const twin = seen[key].get(entry[key]);
      if (twin !== undefined) {
        const sentence = `${name}.${key} is that of numbers.username_to_phone[${twin}], too; keep one.`;
        return [{ path: [...path, key], sentence }];
      }
      seen[key].set(entry[key], at);
    }
    const domain = /@([^@]*)$/.exec(entry.username)?.[1];
    if (
      domain === undefined ||
      [...xmpp.domains, ...xmpp.components.map((one) => one.domain)].includes(domain)
    ) {
      return [];
    }
    const sentence = `${name}.username is at ${domain}, which is neither in xmpp.domains nor a component.`;
    return [{ path: [...path, 'username'], sentence }];
  });
}

export const numbersChecks = (config: Config): readonly Problem[] => [
  ...dialplanChecks(config.numbers),
  ...phoneChecks(config),
];

/** The rules of the address map; undefined: there are none. */
export function numbersOf(config: Config): NumberRules | undefined {
  const { dialplan, username_to_phone: phones, caller_host: callerHost } = config.numbers;
  const hosts = [...config.numbers.hosts, ...registeredHosts(config)];
  const contactUsers = config.sip.registrations.map(contactUserOf);
  if (dialplan.length + phones.length + hosts.length === 0) return undefined;
  return {
    dialplan: dialplan.map(({ match, replace, refuse, direction }) => ({
      match,
      ...(replace === undefined ? {} : { replace }),
      ...(refuse ? { refuse } : {}),
      ...(direction === 'both' ? {} : { direction }),
    })),
    phones,
    hosts,
    ...(callerHost === '' ? {} : { callerHost }),
    ...(contactUsers.length === 0 ? {} : { contactUsers }),
  };
}
