/**
 * SIPp scenarios of presence: watchers, notifiers, and those who publish.
 */
import { document, send } from './sipp-scenarios.ts';

/** Nothing is lost on loopback, and SIPp gives a dialog up whose answer comes twice because a slow machine took its time. */
const PATIENT = 'retrans="8000"';

const request = (method: string, uri: string, from: string, to: string, cseq: number, rest: string): string =>
  send(
    `${method} ${uri} SIP/2.0
Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
From: <sip:${from}>;tag=[pid]S[call_number]
To: <sip:${to}>${cseq === 1 || method === 'PUBLISH' ? '' : '[peer_tag_param]'}
Call-ID: [call_id]
CSeq: ${cseq} ${method}
Contact: <sip:sipp@[local_ip]:[local_port];transport=[transport]>
Max-Forwards: 70
${rest}`,
    PATIENT,
  );

const OK = send(`SIP/2.0 200 OK
[last_Via:]
[last_From:]
[last_To:]
[last_Call-ID:]
[last_CSeq:]
Content-Length: 0`);

/** Waits for the answer and a NOTIFY that says `state`, whichever comes first. `label`: free to be used. */
const answered = (label: number, state: string): string => `
<recv response="200" optional="true" rrs="true" next="${label}"/>
<recv request="NOTIFY"><action>
  <ereg regexp="${state}" search_in="hdr" header="Subscription-State:" check_it="true" assign_to="${label}"/>
  <log message="[$${label}]"/>
</action></recv>
${OK}
<recv response="200" rrs="true" next="${label + 1}"/>
<label id="${label}"/>
<recv request="NOTIFY"><action>
  <ereg regexp="${state}" search_in="hdr" header="Subscription-State:" check_it="true" assign_to="${label + 1}"/>
  <log message="[$${label + 1}]"/>
</action></recv>
${OK}
<label id="${label + 1}"/>`;

const subscribe = (uri: string, from: string, to: string, cseq: number, expires: number): string =>
  request(
    'SUBSCRIBE',
    uri,
    from,
    to,
    cseq,
    `Event: presence\nAccept: application/pidf+xml\nExpires: ${expires}\nContent-Length: 0`,
  );

/** Watches `to`, stays for `holdMs` without word of it, refreshes, and leaves. */
export const watcherScenario = (from: string, to: string, holdMs: number): string =>
  document(
    'watcher',
    [
      subscribe(`sip:${to}`, from, to, 1, 600),
      answered(1, 'pending'),
      `<pause milliseconds="${holdMs}"/>`,
      subscribe('[next_url]', from, to, 2, 600),
      answered(3, 'pending'),
      subscribe('[next_url]', from, to, 3, 0),
      answered(5, 'terminated'),
      '<timewait milliseconds="1000"/>',
    ].join('\n'),
  );

const pidf = (of: string, basic: string): string =>
  `<presence xmlns='urn:ietf:params:xml:ns:pidf' entity='pres:${of}'><tuple id='t'><status><basic>${basic}</basic></status></tuple></presence>`;

/** Takes the entity-tag of a 200 into the variable `etag`. */
const tagged = (status: number): string =>
  status === 200
    ? `<recv response="200"><action>
  <ereg regexp="[0-9a-f]+" search_in="hdr" header="SIP-ETag:" check_it="true" assign_to="etag"/>
</action></recv>`
    : `<recv response="${status}"/>`;

/** Publishes itself open, refreshes, is refused with a tag that is none, says that it is closed, and removes all. */
export const publisherScenario = (of: string): string => {
  const publish = (cseq: number, headers: string, basic?: string): string =>
    request(
      'PUBLISH',
      `sip:${of}`,
      of,
      of,
      cseq,
      `Event: presence\n${headers}${
        basic === undefined
          ? 'Content-Length: 0'
          : `Content-Type: application/pidf+xml\nContent-Length: [len]\n\n${pidf(of, basic)}`
      }`,
    );
  return document(
    'publisher',
    [
      publish(1, 'Expires: 600\n', 'open'),
      tagged(200),
      publish(2, 'Expires: 600\nSIP-If-Match: [$etag]\n'),
      tagged(200),
      publish(3, 'Expires: 600\nSIP-If-Match: none\n', 'open'),
      tagged(412),
      publish(4, 'Expires: 600\nSIP-If-Match: [$etag]\n', 'closed'),
      tagged(200),
      publish(5, 'Expires: 0\nSIP-If-Match: [$etag]\n'),
      tagged(200),
    ].join('\n'),
  );
};

/** What a notifier tells of whom is watched. */
const NOTIFIED = {
  presence: {
    type: 'application/pidf+xml',
    body: `<presence xmlns='urn:ietf:params:xml:ns:pidf' entity='[$watched]'><tuple id='t'><status><basic>open</basic></status></tuple></presence>`,
  },
  dialog: {
    type: 'application/dialog-info+xml',
    body: `<dialog-info xmlns='urn:ietf:params:xml:ns:dialog-info' version='0' state='full' entity='[$watched]'><dialog id='d'><state>early</state></dialog></dialog-info>`,
  },
} as const;

/** Takes whoever watches, says that the one who is watched is there, or rings, and waits until the watcher leaves. */
export const notifierScenario = (event: keyof typeof NOTIFIED = 'presence'): string => {
  const { type, body } = NOTIFIED[event];
  const tag = ';tag=[pid]S[call_number]';
  const accept = (toTag: string): string =>
    send(`SIP/2.0 200 OK
[last_Via:]
[last_From:]
[last_To:]${toTag}
[last_Call-ID:]
[last_CSeq:]
Contact: <sip:sipp@[local_ip]:[local_port];transport=[transport]>
Expires: 600
Content-Length: 0`);
  const notify = (cseq: number, state: string, rest: string): string =>
    send(
      `NOTIFY [$target] SIP/2.0
Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
From: <[$watched]>${tag}
To: [$watcher]
Call-ID: [call_id]
CSeq: ${cseq} NOTIFY
Contact: <sip:sipp@[local_ip]:[local_port];transport=[transport]>
Max-Forwards: 70
Event: ${event}
Subscription-State: ${state}
${rest}`,
      PATIENT,
    );
  return document(
    'notifier',
    [
      `<recv request="SUBSCRIBE"><action>
  <ereg regexp="&lt;sip:.*" search_in="hdr" header="From:" check_it="true" assign_to="watcher"/>
  <ereg regexp="sip:[^&gt;]*" search_in="hdr" header="To:" check_it="true" assign_to="watched"/>
  <ereg regexp="sip:[^&gt;]*" search_in="hdr" header="Contact:" check_it="true" assign_to="target"/>
</action></recv>`,
      accept(tag),
      notify(1, 'active;expires=600', `Content-Type: ${type}\nContent-Length: [len]\n\n${body}`),
      '<recv response="200"/>',
      '<recv request="SUBSCRIBE"/>',
      accept(''),
      notify(2, 'terminated;reason=timeout', 'Content-Length: 0'),
      '<recv response="200"/>',
      '<timewait milliseconds="1000"/>',
    ].join('\n'),
  );
};
