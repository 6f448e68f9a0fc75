/**
 * Jingle contents as a session description for the browser. XEP-0167 §6, XEP-0176 §5, XEP-0320, XEP-0338.
 */
import { lineOfCandidate } from './candidate.ts';
import { attributeOf, childOf, childrenOf } from './xml.ts';

export interface SdpFromJingleOptions {
  /** Which side of the session sent the contents. */
  readonly from: 'initiator' | 'responder';
  /** `mid` of the content of this name. */
  midOf(name: string): string;
}

function payloadLines(payload: Element): readonly string[] {
  const [id, name, rate] = ['id', 'name', 'clockrate'].map((key) => attributeOf(payload, key));
  const channels = attributeOf(payload, 'channels');
  const encoding = `${name}/${rate || '8000'}${channels === '' || channels === '1' ? '' : `/${channels}`}`;
  const parameters = childrenOf(payload, 'parameter').map((parameter) => {
    const key = attributeOf(parameter, 'name');
    return key === '' ? attributeOf(parameter, 'value') : `${key}=${attributeOf(parameter, 'value')}`;
  });
  const feedback = childrenOf(payload, 'rtcp-fb').map((one) =>
    `a=rtcp-fb:${id} ${attributeOf(one, 'type')} ${attributeOf(one, 'subtype')}`.trimEnd(),
  );
  const fmtp = parameters.length === 0 ? [] : [`a=fmtp:${id} ${parameters.join(';')}`];
  return [`a=rtpmap:${id} ${encoding}`, ...fmtp, ...feedback];
}

function directionOf(senders: string, from: 'initiator' | 'responder'): string {
  if (senders === '' || senders === 'both') return 'sendrecv';
  if (senders === 'none') return 'inactive';
  return senders === from ? 'sendonly' : 'recvonly';
}

function sourceLines(description: Element | undefined): readonly string[] {
  return childrenOf(description, 'source').flatMap((source) =>
    childrenOf(source, 'parameter').map(
      (parameter) =>
        `a=ssrc:${attributeOf(source, 'ssrc')} ${attributeOf(parameter, 'name')}:${attributeOf(parameter, 'value')}`,
    ),
  );
}

function mediaOf(content: Element, { from, midOf }: SdpFromJingleOptions): readonly string[] {
  const [description, transport] = [childOf(content, 'description'), childOf(content, 'transport')];
  const payloads = childrenOf(description, 'payload-type');
  const fingerprint = childOf(transport, 'fingerprint');
  const formats = payloads.map((payload) => attributeOf(payload, 'id')).join(' ');
  return [
    `m=${attributeOf(description, 'media')} 9 UDP/TLS/RTP/SAVPF ${formats}`,
    'c=IN IP4 0.0.0.0',
    `a=mid:${midOf(attributeOf(content, 'name'))}`,
    `a=${directionOf(attributeOf(content, 'senders'), from)}`,
    ...(childOf(description, 'rtcp-mux') === undefined ? [] : ['a=rtcp-mux']),
    ...payloads.flatMap(payloadLines),
    ...childrenOf(description, 'rtp-hdrext').map(
      (header) => `a=extmap:${attributeOf(header, 'id')} ${attributeOf(header, 'uri')}`,
    ),
    ...sourceLines(description),
    `a=ice-ufrag:${attributeOf(transport, 'ufrag')}`,
    `a=ice-pwd:${attributeOf(transport, 'pwd')}`,
    'a=ice-options:trickle',
    ...(fingerprint === undefined
      ? []
      : [
          `a=fingerprint:${attributeOf(fingerprint, 'hash')} ${fingerprint.textContent.trim()}`,
          `a=setup:${attributeOf(fingerprint, 'setup')}`,
        ]),
    ...childrenOf(transport, 'candidate').map((candidate) => `a=${lineOfCandidate(candidate)}`),
  ];
}

/** The description that the contents of `jingle` are. */
export function sdpFromJingle(jingle: Element, options: SdpFromJingleOptions): string {
  const group = childOf(jingle, 'group');
  const members = childrenOf(group, 'content').map((content) => options.midOf(attributeOf(content, 'name')));
  const lines = [
    'v=0',
    'o=- 1 2 IN IP4 127.0.0.1',
    's=-',
    't=0 0',
    ...(group === undefined ? [] : [`a=group:BUNDLE ${members.join(' ')}`]),
    ...childrenOf(jingle, 'content').flatMap((content) => mediaOf(content, options)),
  ];
  return `${lines.join('\r\n')}\r\n`;
}
