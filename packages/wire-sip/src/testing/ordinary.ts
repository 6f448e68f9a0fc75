/**
 * Messages as real phones, proxies and servers send them: a corpus for mutation and for round trips.
 */
const SDP = [
  'v=0',
  'o=alice 2890844526 2890844526 IN IP4 192.0.2.101',
  's=-',
  'c=IN IP4 192.0.2.101',
  't=0 0',
  'm=audio 49172 RTP/AVP 0 8 101',
  'a=rtpmap:101 telephone-event/8000',
  'a=sendrecv',
  '',
].join('\r\n');

const message = (lines: readonly string[], body = ''): string =>
  `${[...lines, `Content-Length: ${body.length}`].join('\r\n')}\r\n\r\n${body}`;

/** Text of each message; all can be parsed. */
export const ORDINARY_MESSAGES: readonly string[] = [
  message(
    [
      'INVITE sip:bob@biloxi.example.com SIP/2.0',
      'Via: SIP/2.0/UDP proxy.example.com:5060;branch=z9hG4bK-proxy-1234;rport',
      'Via: SIP/2.0/UDP [2001:db8::9]:5062;branch=z9hG4bK74bf9;received=192.0.2.101',
      'Record-Route: <sip:proxy.example.com;lr>, <sip:192.0.2.7:5070;lr;ftag=9fx>',
      'Max-Forwards: 69',
      'From: "Alice \\"Liddell\\"" <sip:alice@atlanta.example.com>;tag=9fxced76sl',
      'To: Bob <sip:bob@biloxi.example.com>',
      'Call-ID: 3848276298220188511@atlanta.example.com',
      'CSeq: 1 INVITE',
      'Contact: <sip:alice@client.atlanta.example.com;transport=udp;gr=urn:uuid:f81d4fae>;+sip.instance="<urn:x>"',
      'Allow: INVITE, ACK, CANCEL, OPTIONS, BYE, REFER, NOTIFY',
      'Supported: replaces, timer',
      'User-Agent: Phone 1.0',
      'Content-Type: application/sdp',
    ],
    SDP,
  ),
  message([
    'SIP/2.0 180 Ringing',
    'v: SIP/2.0/TCP 192.0.2.1:5060;branch=z9hG4bKnashds8;rport=40112;received=192.0.2.1, SIP/2.0/UDP a.example',
    'f: <sip:alice@atlanta.example.com>;tag=1',
    't: "Bob" <sip:bob@biloxi.example.com>;tag=2',
    'i: a84b4c76e66710',
    'CSeq: 1 INVITE',
    'm: <sip:bob@192.0.2.4>',
  ]),
  message(
    [
      'MESSAGE sip:%C3%BC@example.com;transport=tcp SIP/2.0',
      'Via: SIP/2.0/TCP 192.0.2.1;branch=z9hG4bK-m;alias',
      'Max-Forwards: 70',
      'From: <sip:a@example.org>;tag=x',
      'To: <sip:b@example.com>',
      'Call-ID: m1',
      'CSeq: 7 MESSAGE',
      'Content-Type: text/plain;charset=UTF-8',
    ],
    'Wherefore art thou?',
  ),
  message([
    'REGISTER sip:example.com SIP/2.0',
    'Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK-r',
    'Max-Forwards: 70',
    'From: <sip:a@example.org>;tag=x',
    'To: <sip:a@example.org>',
    'Call-ID: r1',
    'CSeq: 2 REGISTER',
    'Contact: *',
    'Expires: 0',
    'Authorization: Digest username="a", realm="example.org", nonce="84a4", uri="sip:example.com", response="75"',
  ]),
  message([
    'SIP/2.0 407 Proxy Authentication Required',
    'Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK-c',
    'From: <sip:a@example.org>;tag=x',
    'To: <tel:+15551234567;phone-context=example.org>;tag=y',
    'Call-ID: c1',
    'CSeq: 3 INVITE',
    'Proxy-Authenticate: Digest realm="proxy, \\"quoted\\"", nonce="n", qop="auth,auth-int", algorithm=SHA-256, stale=TRUE',
    'Warning: 370 devnull "Choose a bigger pipe"',
  ]),
];
