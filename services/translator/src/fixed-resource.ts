/**
 * Resource of a SIP user that names no instance of its own (no GRUU): the same for all of them and over restarts. It is
 * never sent to the SIP side.
 */
export const FIXED_RESOURCE = 'sip';

/** A contact JID without the fixed resource; other resources name a SIP instance and stay. */
export const withoutFixedResource = (jid: string): string =>
  jid.endsWith(`/${FIXED_RESOURCE}`) && jid.indexOf('/') === jid.length - FIXED_RESOURCE.length - 1
    ? jid.slice(0, -FIXED_RESOURCE.length - 1)
    : jid;
