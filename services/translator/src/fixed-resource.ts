/**
 * Resource of a SIP user that names no instance of its own (no GRUU): the same for all of them and over restarts. It is
 * never sent to the SIP side.
 */
export const FIXED_RESOURCE = 'sip';

/** Resource of one of several devices that name no instance: told apart by an id that means nothing in a SIP URI. */
export const unnamedResource = (id: string): string => `${FIXED_RESOURCE}/${id}`;

/** A contact JID without a resource that names no SIP instance; others name one and stay. */
export function withoutFixedResource(jid: string): string {
  const slash = jid.indexOf('/');
  if (slash < 0) return jid;
  const resource = jid.slice(slash + 1);
  return resource === FIXED_RESOURCE || resource.startsWith(`${FIXED_RESOURCE}/`) ? jid.slice(0, slash) : jid;
}
