/**
 * ICE: `a=ice-ufrag`, `a=ice-pwd`, `a=candidate`, `a=remote-candidates` and `<transport/>`, `<candidate/>`.
 * XEP-0176 §5, RFC 8839 §5.
 */
import type { XmlElement } from '@stoxgate/contracts';
import {
  bareAddress,
  type Candidate,
  connectionTo,
  MAX_PORT,
  MAX_UINT31,
  type MediaDescription,
  type RemoteCandidate,
  readUint,
} from '@stoxgate/wire-sdp';
import { childrenOf, el } from '@stoxgate/wire-xmpp';
import { isUnicast } from './destination.ts';
import type { Foundations } from './foundations.ts';

/** Candidates of one content that are looked at, the highest priorities first. */
export const MAX_CANDIDATES = 256;

export type IceParameters = Pick<MediaDescription, 'iceUfrag' | 'icePwd' | 'candidates' | 'remoteCandidates'>;

const isType = (text: string | undefined): text is string =>
  text === 'host' || text === 'srflx' || text === 'prflx' || text === 'relay';

const strongest = <T extends Pick<Candidate, 'priority'>>(candidates: readonly T[]): readonly T[] =>
  candidates.length <= MAX_CANDIDATES
    ? candidates
    : candidates.toSorted((a, b) => b.priority - a.priority).slice(0, MAX_CANDIDATES);

/** A related address stands with every candidate that is not a host's; `0.0.0.0 9` where it is not told. */
function relatedTo(type: string, address: string | undefined, port: number | undefined, own: string) {
  if (type === 'host') return {};
  if (address !== undefined && port !== undefined && connectionTo(address) !== undefined) {
    return { relatedAddress: address, relatedPort: port };
  }
  return { relatedAddress: own.includes(':') ? '::' : '0.0.0.0', relatedPort: 9 };
}

/** Undefined: a candidate that lacks what SDP needs, or has a transport other than UDP and TCP. */
function candidateFromJingle({ attrs }: XmlElement, foundations: Foundations): Candidate | undefined {
  const component = readUint(attrs.component, 256);
  const port = readUint(attrs.port, MAX_PORT);
  const priority = readUint(attrs.priority, Number.MAX_SAFE_INTEGER);
  const address = bareAddress(attrs.ip ?? '');
  const protocol = (attrs.protocol ?? 'udp').toLowerCase();
  const type = attrs.type ?? 'host';
  if (!component || !port || priority === undefined || !isUnicast(address)) return undefined;
  if (attrs.foundation === undefined || !isType(type)) return undefined;
  if (protocol !== 'udp' && protocol !== 'tcp') return undefined;
  const { tcptype } = attrs;
  const isTcpType = tcptype === 'active' || tcptype === 'passive' || tcptype === 'so';
  const related = attrs['rel-addr'] ?? attrs.raddr;
  const relatedPort = readUint(attrs['rel-port'] ?? attrs.rport, MAX_PORT);
  return {
    foundation: foundations.toSdp(attrs.foundation),
    component,
    protocol,
    priority: Math.max(1, Math.min(priority, MAX_UINT31)),
    address,
    port,
    type,
    ...relatedTo(type, related === undefined ? undefined : bareAddress(related), relatedPort, address),
    ...(protocol === 'tcp' && isTcpType ? { tcpType: tcptype } : {}),
  };
}

function remoteFromJingle({ attrs }: XmlElement): RemoteCandidate | undefined {
  const component = readUint(attrs.component, 256);
  const port = readUint(attrs.port, MAX_PORT);
  const address = bareAddress(attrs.ip ?? '');
  if (!component || port === undefined || connectionTo(address) === undefined) return undefined;
  return { component, address, port };
}

/** ICE parameters of a `<transport/>`. Credentials pass as they are; candidates that SDP cannot carry are left out. */
export function iceFromJingle(transport: XmlElement, foundations: Foundations): IceParameters {
  const { ufrag, pwd } = transport.attrs;
  const candidates = childrenOf(transport, 'candidate')
    .map((element) => candidateFromJingle(element, foundations))
    .filter((candidate) => candidate !== undefined);
  return {
    iceUfrag: ufrag || undefined,
    icePwd: pwd || undefined,
    candidates: strongest(candidates),
    remoteCandidates: childrenOf(transport, 'remote-candidate')
      .map(remoteFromJingle)
      .filter((candidate) => candidate !== undefined),
  };
}

const candidateToJingle = (candidate: Candidate, foundation: number, id: string): XmlElement =>
  el('candidate', {
    component: candidate.component,
    foundation,
    generation: 0,
    id,
    ip: candidate.address,
    network: 0,
    port: candidate.port,
    priority: candidate.priority,
    protocol: candidate.protocol,
    'rel-addr': candidate.relatedAddress,
    'rel-port': candidate.relatedPort,
    tcptype: candidate.tcpType,
    type: candidate.type,
  });

/** Children of an ICE `<transport/>`: candidates with new ids, remote candidates. */
export function iceToJingle(
  { candidates, remoteCandidates }: IceParameters,
  foundations: Foundations,
  nextId: () => string,
): XmlElement[] {
  const usable = candidates.filter(
    ({ type, protocol, port, address }) =>
      isType(type) && port > 0 && isUnicast(address) && (protocol === 'udp' || protocol === 'tcp'),
  );
  return [
    ...strongest(usable).map((candidate) =>
      candidateToJingle(candidate, foundations.toJingle(candidate.foundation), nextId()),
    ),
    ...remoteCandidates.map(({ component, address, port }) =>
      el('remote-candidate', { component, ip: address, port }),
    ),
  ];
}

/** Candidate ids `c1`, `c2` …, unique within a call; `count` were given out before. */
export function candidateIds(count: number): { next(): string; count(): number } {
  let last = count;
  return {
    next: () => {
      last += 1;
      return `c${last}`;
    },
    count: () => last,
  };
}
