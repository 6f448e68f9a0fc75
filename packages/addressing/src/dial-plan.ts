/**
 * The dial plan both ways: numbers that XMPP users write as SIP has them, and the reverse; users who have a number of
 * their own. Rules are tried one after another, each on what the one before has left. RFC 3966 §5.1.
 */
import type { AddressMap } from './address-map.ts';
import { compileDialPattern, MAX_DIALLED } from './dial-pattern.ts';
import { normalizeDomain, sipHostOf } from './domains.ts';
import type { DialRule, NumberRules } from './number-rules.ts';
import { isGlobalNumber, plainNumber } from './telephone.ts';

interface Compiled {
  readonly pattern: RegExp;
  readonly rule: DialRule;
}

interface NumberPlan {
  readonly toSip: readonly Compiled[];
  readonly fromSip: readonly Compiled[];
  /** Phone of a user, by localpart or bare JID. */
  readonly phoneOf: ReadonlyMap<string, string>;
  /** And back. */
  readonly userOf: ReadonlyMap<string, string>;
  readonly hosts: ReadonlySet<string>;
  readonly callerHost: string | undefined;
}

/** A name and, where a rule says so, the host that it is at. */
export interface Placed {
  readonly user: string;
  readonly host?: string;
}

const plans = new WeakMap<NumberRules, NumberPlan>();
const NO_RULES: NumberRules = { dialplan: [], phones: [], hosts: [] };

const compile = (rules: readonly DialRule[], direction: DialRule['direction']): readonly Compiled[] =>
  rules
    .filter((rule) => rule.direction === undefined || rule.direction === direction)
    .map((rule) => ({ rule, pattern: compileDialPattern(rule.match) }));

/** The map's rules, compiled once. @throws on a rule that `dialRuleProblem` finds fault with. */
function planOf({ numbers = NO_RULES }: AddressMap): NumberPlan {
  const known = plans.get(numbers);
  if (known !== undefined) return known;
  const { dialplan, phones, hosts, callerHost } = numbers;
  const back = [...phones].reverse();
  const plan: NumberPlan = {
    toSip: compile(dialplan, 'to_sip'),
    fromSip: compile(dialplan, 'from_sip').filter(({ rule }) => rule.refuse !== true),
    phoneOf: new Map(back.map(({ username, phone }) => [username, phone])),
    userOf: new Map(back.map(({ username, phone }) => [phone, username])),
    hosts: new Set(hosts.map((host) => sipHostOf(host) ?? host)),
    callerHost: callerHost === undefined ? undefined : sipHostOf(callerHost),
  };
  plans.set(numbers, plan);
  return plan;
}

interface Dialled extends Placed {
  /** Whether a rule refuses it, or it is too long to tell. */
  readonly isRefused: boolean;
}

function through(rules: readonly Compiled[], text: string): Dialled {
  const { number, suffix } = plainNumber(text);
  let now = number;
  let isRefused = false;
  let isChanged = isGlobalNumber(number);
  for (const { pattern, rule } of rules) {
    if (now.length > MAX_DIALLED) return { user: text, isRefused: true };
    if (!pattern.test(now)) continue;
    if (rule.refuse === true) isRefused = true;
    else if (rule.replace !== undefined) {
      now = now.replace(pattern, rule.replace);
      isChanged = true;
    }
  }
  if (!isChanged) return { user: text, isRefused };
  const at = now.lastIndexOf('@');
  return at < 0
    ? { user: now + suffix, isRefused }
    : { user: now.slice(0, at) + suffix, host: now.slice(at + 1), isRefused };
}

/** Whether the global numbers of this SIP host are those of the first component. */
export const isNumberHost = (map: AddressMap, host: string): boolean => planOf(map).hosts.has(host);

/** What is reached under a name or number of the XMPP side. */
export const dialledBy = (map: AddressMap, text: string): Dialled => through(planOf(map).toSip, text);

/** Who a SIP user is on the XMPP side. `isListed`: a rule or the table names the host or the user. */
export function meantBy(map: AddressMap, text: string): Placed & { readonly isListed: boolean } {
  const { fromSip, userOf } = planOf(map);
  const { user, host } = /[@%]/.test(text) ? { user: text, host: undefined } : through(fromSip, text);
  if (host !== undefined) return { user, host, isListed: true };
  const listed = /^[+*]/.test(user) ? userOf.get(user) : undefined;
  if (listed === undefined) return { user, isListed: false };
  const at = listed.lastIndexOf('@');
  return at < 0
    ? { user: listed, isListed: true }
    : { user: listed.slice(0, at), host: listed.slice(at + 1), isListed: true };
}

/** Phone of somebody by unescaped name at any of these domains. */
export function phoneOf(map: AddressMap, name: string, domains: readonly string[]): string | undefined {
  const phones = planOf(map).phoneOf;
  if (phones.size === 0) return undefined;
  const full = domains.map((domain) => phones.get(`${name}@${normalizeDomain(domain) ?? domain}`));
  return full.find((phone) => phone !== undefined) ?? phones.get(name);
}

/** Phone of a user of a served domain; a name without domain is one of the first. */
export function phoneOfUser(map: AddressMap, name: string, domain: string): string | undefined {
  const isFirst = normalizeDomain(map.xmppDomains[0] ?? '') === domain;
  return isFirst ? phoneOf(map, name, [domain]) : planOf(map).phoneOf.get(`${name}@${domain}`);
}

/** Where a user calls from, when that is a number. */
export function callerOf(map: AddressMap, name: string, domain: string): Placed | undefined {
  const { callerHost } = planOf(map);
  const phone = callerHost === undefined ? undefined : phoneOfUser(map, name, domain);
  return phone === undefined || callerHost === undefined ? undefined : { user: phone, host: callerHost };
}
