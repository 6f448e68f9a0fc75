/**
 * The event package: RFC 3856 §6.1.
 */
export const PRESENCE_EVENT = 'presence';
export const PIDF = 'application/pidf+xml';
