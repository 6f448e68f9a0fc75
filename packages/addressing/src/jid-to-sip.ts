/**
 * Localpart and resource → SIP user and instance: RFC 7247 §5.2, RFC 3261 §25.1 (user-unreserved, paramchar).
 */
import { percentEncode } from './percent.ts';

const USER_FORBIDDEN = /[^A-Za-z0-9!$&'()*+,\-./;=?_~]/gu;
const GR_FORBIDDEN = /[^A-Za-z0-9\-_.!~*'()[\]/:&+$]/gu;

/** Percent-coded SIP user for an unescaped localpart. */
export const sipUserOf = (text: string): string => percentEncode(text, USER_FORBIDDEN);

/** Percent-coded `gr` value for a resource. */
export const grOfResource = (resource: string): string => percentEncode(resource, GR_FORBIDDEN);
