/** Session lines, and of each m-line what an ordinary phone reads (RFC 4566, RFC 4568): other lines name what is not there. */
const KEPT =
  /^(?:[vostcmb]=|a=(?:rtpmap|fmtp|ptime|maxptime|rtcp|crypto):|a=(?:sendrecv|sendonly|recvonly|inactive)$)/;

/**
 * The description without what the relay leaves in it of the other end, such as names of m-lines, sources and BUNDLE
 * groups. Total; lines end in CRLF.
 */
export const sdpForPhone = (sdp: string): string =>
  sdp
    .split(/\r\n|\r|\n/)
    .filter((line) => KEPT.test(line))
    .map((line) => `${line}\r\n`)
    .join('');
