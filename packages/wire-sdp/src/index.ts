export {
  bareAddress,
  connectionTo,
  isHostName,
  isIpv4,
  isIpv6,
  isMulticast,
  isUnspecified,
} from './address.ts';
export { formatSdp } from './format-sdp.ts';
export { inheritMedia } from './inherit.ts';
export { acceptsType, isMsrpMedia, type MsrpMedia, msrpMedia, readMsrpMedia } from './msrp-media.ts';
export { MAX_FORMATS, MAX_MEDIA, MAX_SDP_BYTES, parseSdp, type SdpResult } from './parse-sdp.ts';
export { isModelled } from './read-attributes.ts';
export type { SdpFault } from './sections.ts';
export * from './session-description.ts';
export { isToken } from './token.ts';
export { MAX_PAYLOAD, MAX_PORT, MAX_UINT31, MAX_UINT32, readUint } from './uint.ts';
