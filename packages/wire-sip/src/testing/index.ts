export { ORDINARY_MESSAGES } from './ordinary.ts';
export { TORTURE_INVALID } from './torture-invalid.ts';
export { TORTURE_IPV6 } from './torture-ipv6.ts';
export type { TortureMessage } from './torture-message.ts';
export { TORTURE_VALID } from './torture-valid.ts';
