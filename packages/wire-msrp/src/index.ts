export { type ByteRange, formatByteRange, parseByteRange, WHOLE_MESSAGE } from './byte-range.ts';
export * from './chunking.ts';
export { Coverage } from './coverage.ts';
export type { MsrpAnswerable, MsrpFault, MsrpFaultCause } from './fault.ts';
export * from './framer.ts';
export { isIdent } from './grammar.ts';
export * from './limits.ts';
export * from './message.ts';
export * from './parse.ts';
export * from './reassembly.ts';
export { endsInside, msrpResponseTo, serializeMsrpRequest, serializeMsrpResponse } from './serialize.ts';
export { msrpPhrase } from './status.ts';
export {
  formatMsrpPath,
  formatMsrpUri,
  isSessionId,
  type MsrpUri,
  parseMsrpPath,
  parseMsrpUri,
  sameMsrpUri,
} from './uri.ts';
export { decodeUtf8, encodeUtf8 } from './utf8.ts';
