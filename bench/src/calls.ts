/**
 * Call set-ups and releases, each way: INVITE … BYE with the other side answering at once. Latency: INVITE to
 * session-initiate (or back) plus session-accept to 200 (or back): what the gateway adds to a call being answered.
 */
import { CONTACT, SIP_USER, XMPP_USER } from './rig.ts';
import type { Workload } from './run.ts';
import { headerOf, responseTo } from './stub-sip.ts';
import { attribute } from './stub-xmpp.ts';

const SDP =
  'v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 6000 RTP/AVP 8\r\na=rtpmap:8 PCMA/8000\r\n';
const WITH_SDP = `Content-Type: application/sdp\r\nContent-Length: ${SDP.length}\r\n\r\n${SDP}`;

const content =
  `<content creator='initiator' name='audio' senders='both'><description xmlns='urn:xmpp:jingle:apps:rtp:1' media='audio'>` +
  `<payload-type id='8' name='PCMA' clockrate='8000'/></description><transport xmlns='urn:xmpp:jingle:transports:raw-udp:1'>` +
  `<candidate component='1' generation='0' id='c1' ip='127.0.0.1' port='7000'/></transport></content>`;

const jingle = (from: string, to: string, id: string, action: string, sid: string, inner: string): string =>
  `<iq type='set' from='${from}' to='${to}' id='${id}'>` +
  `<jingle xmlns='urn:xmpp:jingle:1' action='${action}' sid='${sid}'>${inner}</jingle></iq>`;

const result = (xml: string): string =>
  `<iq type='result' from='${attribute(xml, 'to')}' to='${attribute(xml, 'from')}' id='${attribute(xml, 'id')}'/>`;

/** Units are numbered in the sid and Call-ID: `run-index`. */
const indexOf = (sid: string, run: string): number | undefined => {
  const [name, index] = sid.split('-');
  return name === run ? Number(index) : undefined;
};

export const callsFromSip: Workload = {
  name: 'calls SIP → XMPP',
  attach: ({ sip, xmpp }, run, report) => {
    const marks = new Map<string, { last: number; added: number }>();
    const add = (sid: string): void => {
      const mark = marks.get(sid);
      if (mark !== undefined) mark.added += performance.now() - mark.last;
    };
    const touch = (sid: string): void => {
      const mark = marks.get(sid);
      if (mark !== undefined) mark.last = performance.now();
    };
    xmpp.onStanza((xml) => {
      if (!xml.includes('<jingle')) return;
      const sid = attribute(xml, 'sid');
      xmpp.write(result(xml));
      if (xml.includes('session-initiate')) {
        add(sid);
        touch(sid);
        xmpp.write(
          jingle(attribute(xml, 'to'), attribute(xml, 'from'), `a${sid}`, 'session-accept', sid, content),
        );
        return;
      }
      const index = indexOf(sid, run);
      if (xml.includes('session-terminate') && index !== undefined) {
        report.done(index, marks.get(sid)?.added ?? 0);
        marks.delete(sid);
      }
    });
    sip.onMessage((text) => {
      const callId = headerOf(text, 'Call-ID');
      if (!text.startsWith('SIP/2.0')) return;
      if (Number(text.slice(8, 11)) >= 300) report.flaw();
      if (!text.startsWith('SIP/2.0 200') || !headerOf(text, 'CSeq').endsWith('INVITE')) return;
      add(callId);
      const target = /<([^>]*)>/.exec(headerOf(text, 'Contact'))?.[1] ?? `sip:${XMPP_USER}`;
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
        marks.set(id, { last: performance.now(), added: 0 });
        sip.send(
          `INVITE sip:${XMPP_USER} SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:${sip.port};branch=z9hG4bK${id};rport\r\n` +
            `From: <sip:${SIP_USER}>;tag=t${id}\r\nTo: <sip:${XMPP_USER}>\r\nCall-ID: ${id}\r\nCSeq: 1 INVITE\r\n` +
            `Contact: <sip:bob@127.0.0.1:${sip.port}>\r\nMax-Forwards: 70\r\n${WITH_SDP}`,
        );
      },
    };
  },
};

export const callsFromXmpp: Workload = {
  name: 'calls XMPP → SIP',
  attach: ({ sip, xmpp }, run, report) => {
    const marks = new Map<string, { last: number; added: number }>();
    const from = `${XMPP_USER}/bench`;
    sip.onMessage((text) => {
      const callId = headerOf(text, 'Call-ID');
      const mark = marks.get(callId);
      if (text.startsWith('INVITE ')) {
        if (mark !== undefined) {
          mark.added += performance.now() - mark.last;
          mark.last = performance.now();
        }
        sip.send(
          responseTo(text, '200 OK', `b${callId}`, `Contact: <sip:bob@127.0.0.1:${sip.port}>\r\n${WITH_SDP}`),
        );
      } else if (text.startsWith('BYE ')) {
        sip.send(responseTo(text, '200 OK', ''));
        const index = indexOf(callId, run);
        if (index !== undefined) report.done(index, mark?.added ?? 0);
        marks.delete(callId);
      }
    });
    xmpp.onStanza((xml) => {
      if (xml.includes('type="error"') || xml.includes("type='error'")) report.flaw();
      if (!xml.includes('<jingle')) return;
      xmpp.write(result(xml));
      if (!xml.includes('session-accept')) return;
      const sid = attribute(xml, 'sid');
      const mark = marks.get(sid);
      if (mark !== undefined) mark.added += performance.now() - mark.last;
      xmpp.write(jingle(from, CONTACT, `t${sid}`, 'session-terminate', sid, '<reason><success/></reason>'));
    });
    return {
      start: (index) => {
        const sid = `${run}-${index}`;
        marks.set(sid, { last: performance.now(), added: 0 });
        xmpp.write(jingle(from, CONTACT, `i${sid}`, 'session-initiate', sid, content));
      },
    };
  },
};
