/**
 * The priority of a resource (RFC 6121 §4.7.2.3) and the one of a contact in a tuple, 0 to 1. RFC 8048 §6.2, §6.3.
 */

/** Of a resource to that of a contact, with three digits; a negative one MUST NOT be mapped: undefined. */
export const contactPriorityOf = (priority: number): number | undefined =>
  priority < 0 ? undefined : Math.floor((Math.min(priority, 127) / 127) * 1000) / 1000;

/** Of a contact to that of a resource. */
export const resourcePriorityOf = (priority: number): number => Math.round(priority * 127);
