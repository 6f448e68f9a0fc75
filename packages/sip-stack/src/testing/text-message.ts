/**
 * SIP messages as text, for tests: what is not named has a value that any peer would send.
 */
export interface TextRequest {
  readonly method: string;
  readonly port: number;
  readonly uri?: string;
  readonly branch?: string;
  readonly callId?: string;
  readonly fromTag?: string;
  readonly toTag?: string;
  readonly cseq?: number;
  readonly maxForwards?: number;
  /** Whole Via value; overrides `branch`. */
  readonly via?: string;
  /** Further header lines, without line ends. */
  readonly lines?: readonly string[];
  readonly body?: string;
}

export function textRequest(request: TextRequest): string {
  const { method, port, uri = 'sip:alice@xmpp.test', branch = 'z9hG4bK-1', callId = 'call-1' } = request;
  const { fromTag = 'ft', toTag, cseq = 1, lines = [], body = '' } = request;
  return [
    `${method} ${uri} SIP/2.0`,
    `Via: ${request.via ?? `SIP/2.0/UDP 127.0.0.1:${port};rport;branch=${branch}`}`,
    `Max-Forwards: ${request.maxForwards ?? 70}`,
    `From: <sip:romeo@sip.test>;tag=${fromTag}`,
    `To: <${uri}>${toTag === undefined ? '' : `;tag=${toTag}`}`,
    `Call-ID: ${callId}`,
    `CSeq: ${cseq} ${method}`,
    ...(method === 'INVITE' ? [`Contact: <sip:romeo@127.0.0.1:${port}>`] : []),
    ...lines,
    `Content-Length: ${Buffer.byteLength(body)}`,
    '',
    body,
  ].join('\r\n');
}

/** Value of the first header of that name; undefined when there is none. */
export function headerOf(message: string, name: string): string | undefined {
  const prefix = `${name.toLowerCase()}:`;
  const line = message.split('\r\n').find((text) => text.toLowerCase().startsWith(prefix));
  return line?.slice(prefix.length).trim();
}

/** First line. */
export const startLine = (message: string): string => message.split('\r\n', 1)[0] ?? '';

/** A response to a request as it was heard. */
export function textResponse(
  request: string,
  status: number,
  options: { readonly toTag?: string; readonly lines?: readonly string[]; readonly body?: string } = {},
): string {
  const { toTag, lines = [], body = '' } = options;
  const vias = request.split('\r\n').filter((line) => line.startsWith('Via:'));
  return [
    `SIP/2.0 ${status} X`,
    ...vias,
    `From: ${headerOf(request, 'from')}`,
    `To: ${headerOf(request, 'to')}${toTag === undefined ? '' : `;tag=${toTag}`}`,
    `Call-ID: ${headerOf(request, 'call-id')}`,
    `CSeq: ${headerOf(request, 'cseq')}`,
    ...lines,
    `Content-Length: ${Buffer.byteLength(body)}`,
    '',
    body,
  ].join('\r\n');
}
