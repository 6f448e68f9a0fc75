/**
 * SIPp scenarios: one call from start to end, every request and final response retransmitted until it is answered.
 */
const SDP = `v=0
o=sipp 1 1 IN IP4 [local_ip]
s=-
c=IN IP4 [media_ip]
t=0 0
m=audio [media_port] RTP/AVP 8
a=rtpmap:8 PCMA/8000`;

export const document = (name: string, body: string): string =>
  `<?xml version="1.0" encoding="ISO-8859-1" ?>\n<scenario name="${name}">\n${body}\n</scenario>\n`;

export const send = (text: string, attributes = ''): string =>
  `<send ${attributes}><![CDATA[\n\n${text.replaceAll('\n', '\n      ')}\n\n]]></send>`;

/** Calls `from` → `to`, hangs up after `holdMs`. */
export const callerScenario = (from: string, to: string, holdMs: number): string => {
  const request = (method: string, uri: string, toTag: string, cseq: number, rest: string): string =>
    `${method} ${uri} SIP/2.0
Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
From: <sip:${from}>;tag=[pid]S[call_number]
To: <sip:${to}>${toTag}
Call-ID: [call_id]
CSeq: ${cseq} ${method}
Contact: <sip:sipp@[local_ip]:[local_port];transport=[transport]>
Max-Forwards: 70
${rest}`;
  return document(
    'caller',
    [
      send(
        request(
          'INVITE',
          `sip:${to}`,
          '',
          1,
          `Content-Type: application/sdp\nContent-Length: [len]\n\n${SDP}`,
        ),
        'retrans="500"',
      ),
      '<recv response="100" optional="true"/>',
      '<recv response="180" optional="true"/>',
      '<recv response="200" rrs="true"/>',
      send(request('ACK', '[next_url]', '[peer_tag_param]', 1, '[routes]\nContent-Length: 0')),
      `<pause milliseconds="${holdMs}"/>`,
      send(
        request('BYE', '[next_url]', '[peer_tag_param]', 2, '[routes]\nContent-Length: 0'),
        'retrans="500"',
      ),
      '<recv response="200"/>',
    ].join('\n'),
  );
};

/**
 * Answers at once, waits for BYE, and stays a while so that a repeated BYE is answered again. It does not ring: SIPp
 * knows a repeated INVITE again only while it has sent one message after it, else it gives the call up.
 */
export const calleeScenario = (): string => {
  const response = (status: string, toTag: string, rest: string): string =>
    `SIP/2.0 ${status}
[last_Via:]
[last_From:]
[last_To:]${toTag}
[last_Call-ID:]
[last_CSeq:]
[last_Record-Route:]
Contact: <sip:sipp@[local_ip]:[local_port];transport=[transport]>
${rest}`;
  const tag = ';tag=[pid]S[call_number]';
  return document(
    'callee',
    [
      '<recv request="INVITE" rrs="true"/>',
      '<label id="1"/>',
      send(
        response('200 OK', tag, `Content-Type: application/sdp\nContent-Length: [len]\n\n${SDP}`),
        'retrans="500"',
      ),
      // SIPp gives a call up when a repeated INVITE or a BYE overtakes what it waits for.
      '<recv request="INVITE" optional="true" next="1"/>',
      '<recv request="ACK" optional="true" next="2"/>',
      '<recv request="BYE" next="3"/>',
      '<label id="2"/>',
      '<recv request="ACK" optional="true" next="2"/>',
      // RFC 6026 §7.1: an INVITE that comes again after its 2xx is nothing new.
      '<recv request="INVITE" optional="true" next="2"/>',
      '<recv request="BYE"/>',
      '<label id="3"/>',
      send(response('200 OK', '', 'Content-Length: 0')),
      '<timewait milliseconds="8000"/>',
    ].join('\n'),
  );
};

/** Sends one MESSAGE `from` → `to` a call, with `type` and `body`; each must be accepted. */
export const messageScenario = (from: string, to: string, type: string, body: string): string =>
  document(
    'message',
    [
      send(
        `MESSAGE sip:${to} SIP/2.0
Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
From: <sip:${from}>;tag=[pid]S[call_number]
To: <sip:${to}>
Call-ID: [call_id]
CSeq: 1 MESSAGE
Max-Forwards: 70
Content-Type: ${type}
Content-Length: [len]

${body}`,
        'retrans="500"',
      ),
      '<recv response="202"/>',
    ].join('\n'),
  );

/** Accepts one MESSAGE a call. */
export const messageTakerScenario = (): string =>
  document(
    'message taker',
    [
      '<recv request="MESSAGE"/>',
      send(`SIP/2.0 200 OK
[last_Via:]
[last_From:]
[last_To:];tag=[pid]S[call_number]
[last_Call-ID:]
[last_CSeq:]
Content-Length: 0`),
      '<timewait milliseconds="4000"/>',
    ].join('\n'),
  );

/** A chat whose MSRP endpoint is at `path` and waits to be connected to. */
const chatSdp = (path: string): string => `v=0
o=sipp 1 1 IN IP4 [local_ip]
s=-
c=IN IP4 [local_ip]
t=0 0
m=message ${/:(\d+)\//.exec(path)?.[1] ?? 0} TCP/MSRP *
a=path:${path}
a=accept-types:text/plain
a=setup:passive`;

const BYE_ANSWERED = [
  '<recv request="BYE"/>',
  send(`SIP/2.0 200 OK
[last_Via:]
[last_From:]
[last_To:]
[last_Call-ID:]
[last_CSeq:]
Content-Length: 0`),
  '<timewait milliseconds="500"/>',
];

/** Begins one chat `from` → `to`, and waits for its end. */
export const chatCallerScenario = (from: string, to: string, path: string): string => {
  const head = (method: string, uri: string, toTag: string): string =>
    `${method} ${uri} SIP/2.0
Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
From: <sip:${from}>;tag=[pid]S[call_number]
To: <sip:${to}>${toTag}
Call-ID: [call_id]
CSeq: 1 ${method}
Contact: <sip:sipp@[local_ip]:[local_port]>
Max-Forwards: 70`;
  return document(
    'chat caller',
    [
      send(
        `${head('INVITE', `sip:${to}`, '')}\nContent-Type: application/sdp\nContent-Length: [len]\n\n${chatSdp(path)}`,
        'retrans="500"',
      ),
      '<recv response="100" optional="true"/>',
      '<recv response="200" rrs="true"/>',
      send(`${head('ACK', '[next_url]', '[peer_tag_param]')}\n[routes]\nContent-Length: 0`),
      ...BYE_ANSWERED,
    ].join('\n'),
  );
};

/** Answers one chat, and waits for its end. */
export const chatCalleeScenario = (path: string): string =>
  document(
    'chat callee',
    [
      '<recv request="INVITE"/>',
      send(
        `SIP/2.0 200 OK
[last_Via:]
[last_From:]
[last_To:];tag=[pid]S[call_number]
[last_Call-ID:]
[last_CSeq:]
Contact: <sip:sipp@[local_ip]:[local_port];gr=sipp>
Content-Type: application/sdp
Content-Length: [len]

${chatSdp(path)}`,
        'retrans="500"',
      ),
      '<recv request="ACK"/>',
      ...BYE_ANSWERED,
    ].join('\n'),
  );
