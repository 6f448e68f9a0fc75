/**
 * Presence subscriptions that stay, with nothing to tell: XMPP users who watch SIP users.
 */
import type { Workload } from './run.ts';
import { headerOf, responseTo } from './stub-sip.ts';
import { COMPONENT, DOMAINS } from './users.ts';

const PIDF =
  "<?xml version='1.0'?><presence xmlns='urn:ietf:params:xml:ns:pidf' entity='ENTITY'>" +
  "<tuple id='t'><status><basic>open</basic></status></tuple></presence>";

/** A datagram may be lost: RFC 3261 §17.1.2. */
const T1_MS = 500;
const LONGEST_WAIT_MS = 4000;

/** Each watches as many contacts as there are subscriptions for one. */
const WATCHERS = 1000;
const watcherOf = (number: number): string => `watcher${number % WATCHERS}@${DOMAINS.xmpp}`;

/** Subscriptions `first`, `first + 1` and so on, each to another contact. */
export const subscribe = (first: number): Workload => ({
  name: 'subscriptions',
  attach: ({ sip, xmpp }, _run, report) => {
    /** NOTIFYs without a response, by Call-ID. */
    const unanswered = new Map<string, string>();
    const send = (callId: string, afterMs: number): void => {
      const text = unanswered.get(callId);
      if (text === undefined) return;
      sip.send(text);
      if (afterMs <= LONGEST_WAIT_MS) setTimeout(send, afterMs, callId, afterMs * 2).unref();
    };
    sip.onMessage((text) => {
      const callId = headerOf(text, 'Call-ID');
      if (text.startsWith('SIP/2.0 ')) unanswered.delete(callId);
      if (!text.startsWith('SUBSCRIBE ')) return;
      const expires = `Expires: 3600\r\nContact: <sip:server@127.0.0.1:${sip.port}>\r\nContent-Length: 0\r\n\r\n`;
      sip.send(responseTo(text, '200 OK', 'watched', expires));
      unanswered.set(callId, notify(text, sip.port));
      send(callId, T1_MS);
    });
    const seen = new Set<number>();
    xmpp.onStanza((xml) => {
      const number =
        /^<presence[^>]* from=["']sub(\d+)@/.exec(xml)?.[1] ?? /\sfrom=["']sub(\d+)@/.exec(xml)?.[1];
      if (number === undefined || !xml.startsWith('<presence') || /^<[^>]* type=/.test(xml)) return;
      const index = Number(number) - first;
      if (index < 0 || seen.has(index)) return;
      seen.add(index);
      report.done(index, 0);
    });
    return {
      start: (index) => {
        const number = first + index;
        const watcher = watcherOf(number);
        const contact = `sub${number}@${COMPONENT}`;
        xmpp.write(
          `<presence from='${watcher}' to='${contact}' type='subscribe' id='s${number}'/>` +
            `<presence from='${watcher}/bench' to='${contact}'/>`,
        );
      },
    };
  },
});

function notify(subscribeText: string, port: number): string {
  const callId = headerOf(subscribeText, 'Call-ID');
  const target = /<([^>]*)>/.exec(headerOf(subscribeText, 'Contact'))?.[1] ?? '';
  const entity = /<([^>]*)>/.exec(headerOf(subscribeText, 'To'))?.[1] ?? '';
  const body = PIDF.replace('ENTITY', entity);
  return (
    `NOTIFY ${target} SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:${port};branch=z9hG4bKn${callId};rport\r\n` +
    `From: <${entity}>;tag=watched\r\nTo: ${headerOf(subscribeText, 'From')}\r\nCall-ID: ${callId}\r\nCSeq: 1 NOTIFY\r\n` +
    `Contact: <sip:server@127.0.0.1:${port}>\r\nMax-Forwards: 70\r\nEvent: presence\r\n` +
    `Subscription-State: active;expires=3600\r\nContent-Type: application/pidf+xml\r\n` +
    `Content-Length: ${body.length}\r\n\r\n${body}`
  );
}
