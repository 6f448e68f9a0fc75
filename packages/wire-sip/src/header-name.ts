/**
 * Header names: compact forms (RFC 3261 §7.3.3 and the IANA registry) and the spelling used on the wire.
 */
const COMPACT: Readonly<Record<string, string>> = {
  a: 'accept-contact',
  b: 'referred-by',
  c: 'content-type',
  d: 'request-disposition',
  e: 'content-encoding',
  f: 'from',
  i: 'call-id',
  j: 'reject-contact',
  k: 'supported',
  l: 'content-length',
  m: 'contact',
  n: 'identity-info',
  o: 'event',
  r: 'refer-to',
  s: 'subject',
  t: 'to',
  u: 'allow-events',
  v: 'via',
  x: 'session-expires',
  y: 'identity',
};

const ORDINARY = [
  ...['Accept', 'Accept-Encoding', 'Accept-Language', 'Alert-Info', 'Allow', 'Authentication-Info'],
  ...[
    'Authorization',
    'Call-Info',
    'Contact',
    'Content-Disposition',
    'Content-Language',
    'Date',
    'Error-Info',
  ],
  ...['Expires', 'From', 'Geolocation', 'History-Info', 'In-Reply-To', 'Join', 'Max-Breadth', 'Max-Forwards'],
  ...[
    'Min-Expires',
    'Organization',
    'P-Asserted-Identity',
    'P-Preferred-Identity',
    'Path',
    'Priority',
    'Privacy',
  ],
  ...['Proxy-Authenticate', 'Proxy-Authorization', 'Proxy-Require', 'Reason', 'Record-Route', 'Replaces'],
  ...['Reply-To', 'Require', 'Resource-Priority', 'Retry-After', 'Route', 'Server', 'Service-Route'],
  ...[
    'Subscription-State',
    'Target-Dialog',
    'Timestamp',
    'To',
    'Unsupported',
    'User-Agent',
    'Via',
    'Warning',
  ],
  ...Object.values(COMPACT).map((name) => name.replace(/(?:^|-)[a-z]/g, (start) => start.toUpperCase())),
];
const SPECIAL = ['Call-ID', 'CSeq', 'MIME-Version', 'Min-SE', 'RAck', 'RSeq', 'SIP-ETag', 'SIP-If-Match'];
const CANONICAL = new Map(
  [...ORDINARY, ...SPECIAL, 'WWW-Authenticate'].map((name) => [name.toLowerCase(), name]),
);

const FULL = new Map<string, string>();
for (const [lower, canonical] of CANONICAL) FULL.set(lower, lower).set(canonical, lower);
for (const [short, full] of Object.entries(COMPACT)) FULL.set(short, full).set(short.toUpperCase(), full);

/** Lower-case full name of a header as it was spelled on the wire, compact forms included. */
export const fullHeaderName = (name: string): string => FULL.get(name) ?? fullNameOfOddSpelling(name);

function fullNameOfOddSpelling(name: string): string {
  const lower = name.toLowerCase();
  return FULL.get(lower) ?? lower;
}

interface Frequent {
  readonly spelled: string;
  readonly full: string;
}

/** By length and second letter, which tell the most frequent ones apart. */
const FREQUENT: (Frequent | undefined)[] = [];
for (const spelled of [
  ...['Via', 'From', 'To', 'Call-ID', 'CSeq', 'Contact', 'Max-Forwards', 'Content-Type', 'Content-Length'],
  ...['Record-Route', 'Route', 'User-Agent', 'Allow', 'Supported', 'Accept', 'Require'],
]) {
  FREQUENT[frequentAt(spelled, 0, spelled.length)] = { spelled, full: spelled.toLowerCase() };
}

function frequentAt(text: string, from: number, to: number): number {
  return (to - from) * 128 + text.charCodeAt(from + 1);
}

/** The same of the name that `text` has from `from` up to `to`, which is not cut out when it is a frequent one. */
export function fullHeaderNameIn(text: string, from: number, to: number): string {
  const frequent = FREQUENT[frequentAt(text, from, to)];
  return frequent !== undefined && text.startsWith(frequent.spelled, from)
    ? frequent.full
    : fullHeaderName(text.slice(from, to));
}

/** Usual spelling of a lower-case full name: `call-id` → `Call-ID`, `x-my-header` → `X-My-Header`. */
export const canonicalHeaderName = (name: string): string =>
  CANONICAL.get(name) ?? name.toLowerCase().replace(/(?:^|-)[a-z]/g, (start) => start.toUpperCase());
