/**
 * Page-mode messages, each way. Latency: from one stub's write to the other's read.
 */
import type { Workload } from './run.ts';
import { isError } from './stanza-scanner.ts';
import { headerOf, responseTo } from './stub-sip.ts';

export const messagesFromSip: Workload = {
  name: 'messages SIP → XMPP',
  attach: ({ sip, xmpp, pairOf }, run, report) => {
    const startedAt: number[] = [];
    xmpp.onStanza((xml) => {
      const match = /<body[^>]*>(\w+)-(\d+)<\/body>/.exec(xml);
      if (match === null || match[1] !== run) return;
      const index = Number(match[2]);
      report.done(index, performance.now() - (startedAt[index] ?? 0));
    });
    sip.onMessage((text) => {
      if (!text.startsWith('SIP/2.0 202')) report.flaw();
    });
    return {
      start: (index) => {
        const body = `${run}-${index}`;
        const { sipUri, aor } = pairOf(index);
        startedAt[index] = performance.now();
        sip.send(
          `MESSAGE ${sipUri} SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:${sip.port};branch=z9hG4bK${body};rport\r\n` +
            `From: <sip:${aor}>;tag=t${body}\r\nTo: <${sipUri}>\r\nCall-ID: ${body}@127.0.0.1\r\n` +
            `CSeq: 1 MESSAGE\r\nMax-Forwards: 70\r\nContent-Type: text/plain\r\n` +
            `Content-Length: ${body.length}\r\n\r\n${body}`,
        );
      },
    };
  },
};

export const messagesFromXmpp: Workload = {
  name: 'messages XMPP → SIP',
  attach: ({ sip, xmpp, pairOf }, run, report) => {
    const startedAt: number[] = [];
    sip.onMessage((text) => {
      if (!text.startsWith('MESSAGE')) {
        report.flaw();
        return;
      }
      sip.send(responseTo(text, '200 OK', 'bench'));
      const body = text.slice(text.indexOf('\r\n\r\n') + 4).split('-');
      if (body[0] !== run || headerOf(text, 'CSeq') === '') return;
      const index = Number(body[1]);
      report.done(index, performance.now() - (startedAt[index] ?? 0));
    });
    xmpp.onStanza((xml) => {
      if (isError(xml)) report.flaw();
    });
    return {
      start: (index) => {
        const { resource, contact } = pairOf(index);
        startedAt[index] = performance.now();
        xmpp.write(
          `<message from='${resource}' to='${contact}' type='chat' id='${run}-${index}'>` +
            `<body>${run}-${index}</body></message>`,
        );
      },
    };
  },
};
