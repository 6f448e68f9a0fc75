import { sectionsOf, textOf } from './sdp-sections.ts';

/** Session lines, and of each m-line what an ordinary phone reads (RFC 8866, RFC 4568): other lines name what is not there. */
const KEPT =
  /^(?:[vostcmb]=|a=(?:rtpmap|fmtp|ptime|maxptime|rtcp|crypto):|a=(?:sendrecv|sendonly|recvonly|inactive)$)/;

const isAddress = (line: string): boolean => line.startsWith('c=');

/**
 * The description without what the relay leaves in it of the other end, such as names of m-lines, sources and BUNDLE
 * groups. Addresses stand in m-lines, so that the text does not tell how that end wrote its own. Total; lines end in CRLF.
 */
export function sdpForPhone(sdp: string): string {
  const [session = [], ...medias] = sectionsOf(sdp).map((lines) => lines.filter((line) => KEPT.test(line)));
  if (medias.length === 0) return textOf([session]);
  const common = session.filter(isAddress);
  return textOf([
    session.filter((line) => !isAddress(line)),
    ...medias.map(([media = '', ...lines]) => [media, ...(lines.some(isAddress) ? [] : common), ...lines]),
  ]);
}
