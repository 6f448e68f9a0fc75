/**
 * The browser's session description as Jingle contents. XEP-0167 §6, XEP-0176 §5, XEP-0293, XEP-0294, XEP-0320,
 * XEP-0338, XEP-0339.
 */
import { elementOfCandidate } from './candidate.ts';
import { el, NS } from './xml.ts';

export interface JingleFromSdpOptions {
  /** Which side of the session made the description. */
  readonly role: 'initiator' | 'responder';
  readonly groups: boolean;
  readonly inlineCandidates: boolean;
  /** Name of the content of this `mid`. */
  nameOf(mid: string): string;
}

/** The values of all `a=name:value` lines (or of flags, as empty text). */
const valuesOf = (lines: readonly string[], name: string): readonly string[] =>
  lines.flatMap((line) => {
    if (line === `a=${name}`) return [''];
    return line.startsWith(`a=${name}:`) ? [line.slice(name.length + 3)] : [];
  });

function parametersOf(fmtp: string): readonly Element[] {
  return fmtp.split(';').flatMap((pair) => {
    const [name = '', ...value] = pair.trim().split('=');
    // A value without a name (of telephone-event, red) is a parameter that some clients cannot take: it is left out.
    return value.length === 0 ? [] : [el(NS.RTP, 'parameter', { name, value: value.join('=') })];
  });
}

function payloadsOf(media: string, lines: readonly string[]): readonly Element[] {
  const [, , , ...formats] = media.split(' ');
  const perFormat = (name: string, id: string): readonly string[] =>
    valuesOf(lines, name).flatMap((value) =>
      value.startsWith(`${id} `) ? [value.slice(id.length + 1)] : [],
    );
  return formats.map((id) => {
    const [name, clockrate, channels] = (perFormat('rtpmap', id)[0] ?? '').split('/');
    const feedback = perFormat('rtcp-fb', id).map((value) => {
      const [type, subtype] = value.split(' ');
      return el(NS.FEEDBACK, 'rtcp-fb', { type, subtype });
    });
    const parameters = perFormat('fmtp', id).flatMap(parametersOf);
    return el(NS.RTP, 'payload-type', { id, name, clockrate, channels }, ...parameters, ...feedback);
  });
}

function sourcesOf(lines: readonly string[]): readonly Element[] {
  const sources = new Map<string, Element>();
  for (const value of valuesOf(lines, 'ssrc')) {
    const [ssrc = '', parameter = ''] = value.split(/ (.*)/);
    const [name, text] = parameter.split(/:(.*)/);
    const source = sources.get(ssrc) ?? el(NS.SSMA, 'source', { ssrc });
    source.append(el(NS.SSMA, 'parameter', { name, value: text }));
    sources.set(ssrc, source);
  }
  return [...sources.values()];
}

/** The header that carries the `mid` is for groups (RFC 8843 §15): a content of another name must not have it. */
function headersOf(lines: readonly string[], groups: boolean): readonly Element[] {
  return valuesOf(lines, 'extmap').flatMap((value) => {
    const [id, uri = ''] = value.split(' ');
    return groups || !uri.endsWith(':mid') ? [el(NS.HEADERS, 'rtp-hdrext', { id, uri })] : [];
  });
}

function sendersOf(lines: readonly string[], role: 'initiator' | 'responder'): string {
  const other = role === 'initiator' ? 'responder' : 'initiator';
  if (lines.includes('a=inactive')) return 'none';
  if (lines.includes('a=sendonly')) return role;
  return lines.includes('a=recvonly') ? other : 'both';
}

/** A `<transport/>` with the credentials of a media section and, when asked for, its candidates. */
export function transportOf(lines: readonly string[], inlineCandidates: boolean): Element {
  const [ufrag, pwd] = [valuesOf(lines, 'ice-ufrag')[0], valuesOf(lines, 'ice-pwd')[0]];
  const [hash, fingerprint = ''] = (valuesOf(lines, 'fingerprint')[0] ?? '').split(' ');
  const setup = valuesOf(lines, 'setup')[0];
  const candidates = inlineCandidates
    ? valuesOf(lines, 'candidate').flatMap((c) => elementOfCandidate(c) ?? [])
    : [];
  return el(
    NS.ICE,
    'transport',
    { ufrag, pwd },
    el(NS.DTLS, 'fingerprint', { hash, setup }, fingerprint),
    ...candidates,
  );
}

/** Session-level lines, then the lines of each media section. */
export function sectionsOf(sdp: string): readonly (readonly string[])[] {
  const sections: string[][] = [[]];
  for (const line of sdp.split('\r\n').filter((text) => text !== '')) {
    if (line.startsWith('m=')) sections.push([]);
    sections.at(-1)?.push(line);
  }
  return sections;
}

/** Children of `<jingle/>` for a session-initiate or -accept. */
export function jingleFromSdp(sdp: string, options: JingleFromSdpOptions): readonly Element[] {
  const [session = [], ...media] = sectionsOf(sdp);
  const contents = media.map((own) => {
    const lines = [...own, ...session.filter((line) => /^a=(ice|fingerprint|setup)/.test(line))];
    const [line = ''] = own;
    const description = el(
      NS.RTP,
      'description',
      { media: line.slice(2).split(' ')[0] },
      ...payloadsOf(line, own),
      ...headersOf(own, options.groups),
      ...sourcesOf(own),
      ...(own.includes('a=rtcp-mux') ? [el(NS.RTP, 'rtcp-mux')] : []),
    );
    const name = options.nameOf(valuesOf(own, 'mid')[0] ?? '');
    const senders = sendersOf(own, options.role);
    return el(
      NS.JINGLE,
      'content',
      { creator: 'initiator', name, senders: senders === 'both' ? undefined : senders },
      description,
      transportOf(lines, options.inlineCandidates),
    );
  });
  // Asked without a group, browsers answer with an empty one.
  const names = valuesOf(session, 'group').flatMap((value) => value.split(' ').slice(1).filter(Boolean));
  if (!options.groups || names.length === 0) return contents;
  const members = names.map((mid) => el(NS.GROUP, 'content', { name: options.nameOf(mid) }));
  return [el(NS.GROUP, 'group', { semantics: 'BUNDLE' }, ...members), ...contents];
}
