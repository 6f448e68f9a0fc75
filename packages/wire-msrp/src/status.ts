/**
 * Status codes of MSRP. RFC 4975 §10.
 */
const PHRASES: Readonly<Record<number, string>> = {
  200: 'OK',
  400: 'Bad Request',
  403: 'Forbidden',
  408: 'Downstream Timeout',
  413: 'Message Too Large',
  415: 'Unsupported Media Type',
  423: 'Parameter Out of Bounds',
  481: 'No Such Session',
  501: 'Unknown Method',
  506: 'Wrong Connection',
};

/** Comment for a status code; empty for one that RFC 4975 does not have. */
export const msrpPhrase = (code: number): string => PHRASES[code] ?? '';
