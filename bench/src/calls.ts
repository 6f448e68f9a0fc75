/**
 * Call set-ups and releases, each way: INVITE … BYE with the other side answering at once. Latency: INVITE to
 * session-initiate (or back) plus session-accept to 200 (or back): what the gateway adds to a call being answered.
 */
import type { Workload } from './run.ts';
import { attribute, isError } from './stanza-scanner.ts';
import { headerOf, responseTo } from './stub-sip.ts';

const SDP =
  'v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 6000 RTP/AVP 8\r\na=rtpmap:8 PCMA/8000\r\n';
const WITH_SDP = `Content-Type: application/sdp\r\nContent-Length: ${SDP.length}\r\n\r\n${SDP}`;

export const CONTENT =
  `<content creator='initiator' name='audio' senders='both'><description xmlns='urn:xmpp:jingle:apps:rtp:1' media='audio'>` +
  `<payload-type id='8' name='PCMA' clockrate='8000'/></description><transport xmlns='urn:xmpp:jingle:transports:raw-udp:1'>` +
  `<candidate component='1' generation='0' id='c1' ip='127.0.0.1' port='7000'/></transport></content>`;

/** A Jingle IQ. */
export const jingle = (
  from: string,
  to: string,
  id: string,
  action: string,
  sid: string,
  inner: string,
): string =>
  `<iq type='set' from='${from}' to='${to}' id='${id}'>` +
  `<jingle xmlns='urn:xmpp:jingle:1' action='${action}' sid='${sid}'>${inner}</jingle></iq>`;

/** The result that an IQ is owed. */
export const resultOf = (xml: string): string =>
  `<iq type='result' from='${attribute(xml, 'to')}' to='${attribute(xml, 'from')}' id='${attribute(xml, 'id')}'/>`;

/** A phone on `port` that answers a call. */
export const okToInvite = (invite: string, port: number): string =>
  responseTo(
    invite,
    '200 OK',
    `b${headerOf(invite, 'Call-ID')}`,
    `Contact: <sip:phone@127.0.0.1:${port}>\r\n${WITH_SDP}`,
  );

/** Whether a stanza tells a caller that the call is up. */
export const isSetUp = (xml: string): boolean => xml.includes('session-accept');

/** What the gateway added to one call so far. */
interface Mark {
  readonly index: number;
  lastAt: number;
  addedMs: number;
  isAnswered: boolean;
}

/** Calls under way, by sid and Call-ID: `run-index`. */
class Marks {
  readonly #marks = new Map<string, Mark>();

  begin(sid: string, index: number): void {
    this.#marks.set(sid, { index, lastAt: performance.now(), addedMs: 0, isAnswered: false });
  }

  find(sid: string): Mark | undefined {
    return this.#marks.get(sid);
  }

  end(sid: string): void {
    this.#marks.delete(sid);
  }
}

/** The gateway has done its part of a step: the time since the last one is its own. */
function arrived(mark: Mark): void {
  const now = performance.now();
  mark.addedMs += now - mark.lastAt;
  mark.lastAt = now;
}

export const callsFromSip: Workload = {
  name: 'calls SIP → XMPP',
  attach: ({ sip, xmpp, pairOf }, run, report) => {
    const marks = new Marks();
    xmpp.onStanza((xml) => {
      if (isError(xml)) report.flaw();
      if (!xml.includes('<jingle')) return;
      const sid = attribute(xml, 'sid');
      const mark = marks.find(sid);
      xmpp.write(resultOf(xml));
      if (mark === undefined) return;
      if (xml.includes('session-initiate')) {
        arrived(mark);
        const { resource } = pairOf(mark.index);
        xmpp.write(jingle(resource, attribute(xml, 'from'), `a${sid}`, 'session-accept', sid, CONTENT));
      } else if (xml.includes('session-terminate')) {
        report.done(mark.index, mark.addedMs);
        marks.end(sid);
      }
    });
    sip.onMessage((text) => {
      const callId = headerOf(text, 'Call-ID');
      const mark = marks.find(callId);
      if (Number(text.slice(8, 11)) >= 300) report.flaw();
      if (!text.startsWith('SIP/2.0 200') || !headerOf(text, 'CSeq').endsWith('INVITE')) return;
      if (mark === undefined || mark.isAnswered) {
        report.flaw();
        return;
      }
      mark.isAnswered = true;
      arrived(mark);
      const target = /<([^>]*)>/.exec(headerOf(text, 'Contact'))?.[1] ?? '';
      const request = (method: string, cseq: number): string =>
        `${method} ${target} SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:${sip.port};branch=z9hG4bK${method}${callId};rport\r\n` +
        `From: ${headerOf(text, 'From')}\r\nTo: ${headerOf(text, 'To')}\r\nCall-ID: ${callId}\r\n` +
        `CSeq: ${cseq} ${method}\r\nMax-Forwards: 70\r\nContent-Length: 0\r\n\r\n`;
      sip.send(request('ACK', 1));
      sip.send(request('BYE', 2));
    });
    return {
      start: (index) => {
        const id = `${run}-${index}`;
        const { sipUri, aor } = pairOf(index);
        marks.begin(id, index);
        sip.send(
          `INVITE ${sipUri} SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:${sip.port};branch=z9hG4bK${id};rport\r\n` +
            `From: <sip:${aor}>;tag=t${id}\r\nTo: <${sipUri}>\r\nCall-ID: ${id}\r\nCSeq: 1 INVITE\r\n` +
            `Contact: <sip:phone@127.0.0.1:${sip.port}>\r\nMax-Forwards: 70\r\n${WITH_SDP}`,
        );
      },
    };
  },
};

export const callsFromXmpp: Workload = {
  name: 'calls XMPP → SIP',
  attach: ({ sip, xmpp, pairOf }, run, report) => {
    const marks = new Marks();
    sip.onMessage((text) => {
      const callId = headerOf(text, 'Call-ID');
      const mark = marks.find(callId);
      if (text.startsWith('INVITE ')) {
        if (mark === undefined || mark.isAnswered) {
          report.flaw();
          return;
        }
        mark.isAnswered = true;
        arrived(mark);
        sip.send(okToInvite(text, sip.port));
      } else if (text.startsWith('BYE ')) {
        sip.send(responseTo(text, '200 OK', ''));
        if (mark === undefined) report.flaw();
        else report.done(mark.index, mark.addedMs);
        marks.end(callId);
      }
    });
    xmpp.onStanza((xml) => {
      if (isError(xml)) report.flaw();
      if (!xml.includes('<jingle')) return;
      xmpp.write(resultOf(xml));
      const sid = attribute(xml, 'sid');
      const mark = marks.find(sid);
      if (!isSetUp(xml) || mark === undefined) return;
      arrived(mark);
      const { resource, contact } = pairOf(mark.index);
      const reason = '<reason><success/></reason>';
      xmpp.write(jingle(resource, contact, `t${sid}`, 'session-terminate', sid, reason));
    });
    return {
      start: (index) => {
        const sid = `${run}-${index}`;
        const { resource, contact } = pairOf(index);
        marks.begin(sid, index);
        xmpp.write(jingle(resource, contact, `i${sid}`, 'session-initiate', sid, CONTENT));
      },
    };
  },
};
