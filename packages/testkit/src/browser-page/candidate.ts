/**
 * One ICE candidate between SDP and Jingle. RFC 8839 §5.1, XEP-0176 §5.3.
 */
import { el, NS } from './xml.ts';

let lastId = 0;

/** `candidate:1 1 udp 2113937151 127.0.0.1 4000 typ host …`, with or without `a=`; only UDP has a Jingle form. */
export function elementOfCandidate(line: string): Element | undefined {
  const [foundation, component, protocol, priority, ip, port, , type, ...rest] = line
    .replace(/^a=/, '')
    .replace(/^candidate:/, '')
    .split(' ');
  if (protocol?.toLowerCase() !== 'udp') return undefined;
  const after = (name: string): string | undefined => {
    const index = rest.indexOf(name);
    return index < 0 ? undefined : rest[index + 1];
  };
  return el(NS.ICE, 'candidate', {
    ...{
      component,
      foundation,
      generation: after('generation') ?? 0,
      id: `b${++lastId}`,
      ip,
      network: 0,
      port,
    },
    ...{ priority, protocol: 'udp', type, 'rel-addr': after('raddr'), 'rel-port': after('rport') },
  });
}

/** The value of an `a=candidate` line. */
export function lineOfCandidate(candidate: Element): string {
  const get = (name: string): string => candidate.getAttribute(name) ?? '';
  const related = get('rel-addr') === '' ? '' : ` raddr ${get('rel-addr')} rport ${get('rel-port')}`;
  return (
    `candidate:${get('foundation')} ${get('component')} ${get('protocol')} ${get('priority')} ` +
    `${get('ip')} ${get('port')} typ ${get('type')}${related} generation ${get('generation') || '0'}`
  );
}
