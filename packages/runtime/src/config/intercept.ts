/**
 * Domains whose calls are intercepted: by which component, and what must hold of them.
 */
import type { Problem } from './problems.ts';
import type { Config } from './schema.ts';

/** Each of these domains with its component; undefined: none. */
export function interceptedOf({
  xmpp,
}: Config): { readonly domain: string; readonly component: string }[] | undefined {
  const [first] = xmpp.components;
  if (xmpp.intercept.length === 0 || first === undefined) return undefined;
  return xmpp.intercept.map(({ domain, component }) => ({ domain, component: component ?? first.domain }));
}

export function interceptChecks({ xmpp }: Config): readonly Problem[] {
  const seen = new Map<string, number>();
  return xmpp.intercept.flatMap(({ domain, component }, at): Problem[] => {
    const path = ['xmpp', 'intercept', at];
    const twin = seen.get(domain);
    if (twin !== undefined) {
      const sentence = `xmpp.intercept[${at}] is for ${domain}, as xmpp.intercept[${twin}] is; keep one.`;
      return [{ path: [...path, 'domain'], sentence }];
    }
    seen.set(domain, at);
    if (!xmpp.domains.includes(domain)) {
      const sentence = `xmpp.intercept[${at}] is for ${domain}, which is not in xmpp.domains; add it there.`;
      return [{ path: [...path, 'domain'], sentence }];
    }
    if (component !== undefined && !xmpp.components.some((one) => one.domain === component)) {
      const sentence = `xmpp.intercept[${at}].component is ${component}, which none of xmpp.components is.`;
      return [{ path: [...path, 'component'], sentence }];
    }
    return [];
  });
}
