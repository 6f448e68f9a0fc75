/**
 * What the gateway's SIP side can do in a call. RFC 3261 §20.1, §20.5.
 */
import type { SipBody, SipHeaders, SipRequest } from '@stoxgate/contracts';
import type { TranslatorPolicy } from '../policy.ts';

export const SDP = 'application/sdp';

const METHODS = ['INVITE', 'ACK', 'CANCEL', 'BYE', 'OPTIONS', 'INFO', 'UPDATE', 'PRACK', 'MESSAGE'];
const TAGS = ['100rel', 'timer', 'gruu'];
/** What serves transfers, and is not there when they are off. */
const TRANSFER_METHODS = ['REFER', 'NOTIFY'];
const TRANSFER_TAGS = ['replaces', 'norefersub'];

interface Capabilities {
  readonly allow: string;
  readonly session: SipHeaders;
  /** Option tags that a request may require. */
  readonly understood: ReadonlySet<string>;
}

function capabilities(methods: readonly string[], tags: readonly string[]): Capabilities {
  const allow = methods.join(', ');
  const session = { allow: [allow], accept: [SDP], supported: [tags.join(', ')] };
  return { allow, session, understood: new Set(tags) };
}

const WITH_TRANSFER = capabilities([...METHODS, ...TRANSFER_METHODS], [...TAGS, ...TRANSFER_TAGS]);
const WITHOUT_TRANSFER = capabilities(METHODS, TAGS);

type Switches = Pick<TranslatorPolicy, 'transfer'>;
const capabilitiesOf = ({ transfer }: Switches): Capabilities =>
  transfer ? WITH_TRANSFER : WITHOUT_TRANSFER;

/** Value of Allow. */
export const allowOf = (policy: Switches): string => capabilitiesOf(policy).allow;

/** Headers of a request or response that starts or refreshes a session. */
export const sessionHeaders = (policy: Switches): SipHeaders => capabilitiesOf(policy).session;

const NONE: readonly never[] = [];

const tagsIn = (values: readonly string[]): readonly string[] =>
  values
    .flatMap((value) => value.split(','))
    .map((tag) => tag.trim().toLowerCase())
    .filter((tag) => tag !== '');

/** Option tags required; most requests require none. */
const requiredTags = ({ headers }: SipRequest): readonly string[] =>
  headers.require === undefined ? NONE : tagsIn(headers.require);

/** Option tags required and not understood; owed a 420 (RFC 3261 §8.2.2.3). */
export function unsupportedTags(policy: Switches, request: SipRequest): readonly string[] {
  const required = requiredTags(request);
  const { understood } = capabilitiesOf(policy);
  return required.length === 0 ? NONE : required.filter((tag) => !understood.has(tag));
}

export const requiresReliable = (request: SipRequest): boolean => requiredTags(request).includes('100rel');

export const sdpBody = (content: string): SipBody => ({ contentType: SDP, content, encoding: 'utf8' });

/** Whether who sends a message takes UPDATE, as its Allow says. */
export const allowsUpdate = ({ headers }: { readonly headers: SipHeaders }): boolean =>
  (headers.allow ?? []).some((value) => /(?:^|[,\s])UPDATE(?:$|[,\s])/i.test(value));
