/**
 * Calls that stay: set up by an XMPP user, answered by the phone at once, and ended only when they are told to.
 */
import { CONTENT, isSetUp, jingle, okToInvite, resultOf } from './calls.ts';
import type { Workload } from './run.ts';
import { attribute, isError } from './stanza-scanner.ts';
import { headerOf, responseTo } from './stub-sip.ts';

const sidOf = (index: number): string => `held-${index}`;
const indexOf = (sid: string): number => (sid.startsWith('held-') ? Number(sid.slice(5)) : -1);

/** Calls `first`, `first + 1` and so on come up and stay up. */
export const holdCalls = (first: number): Workload => ({
  name: 'calls held',
  attach: ({ sip, xmpp, pairOf }, _run, report) => {
    sip.onMessage((text) => {
      if (text.startsWith('INVITE ')) sip.send(okToInvite(text, sip.port));
    });
    xmpp.onStanza((xml) => {
      if (isError(xml)) report.flaw();
      if (!xml.includes('<jingle')) return;
      xmpp.write(resultOf(xml));
      const index = indexOf(attribute(xml, 'sid')) - first;
      if (isSetUp(xml) && index >= 0) report.done(index, 0);
    });
    return {
      start: (index) => {
        const sid = sidOf(first + index);
        const { resource, contact } = pairOf(first + index);
        xmpp.write(jingle(resource, contact, `i${sid}`, 'session-initiate', sid, CONTENT));
      },
    };
  },
});

/** Ends held calls, from number 0 on. */
export const endHeldCalls: Workload = {
  name: 'held calls ended',
  attach: ({ sip, xmpp, pairOf }, _run, report) => {
    sip.onMessage((text) => {
      if (!text.startsWith('BYE ')) return;
      sip.send(responseTo(text, '200 OK', ''));
      report.done(indexOf(headerOf(text, 'Call-ID')), 0);
    });
    xmpp.onStanza((xml) => {
      if (isError(xml)) report.flaw();
    });
    return {
      start: (index) => {
        const sid = sidOf(index);
        const { resource, contact } = pairOf(index);
        const reason = '<reason><success/></reason>';
        xmpp.write(jingle(resource, contact, `t${sid}`, 'session-terminate', sid, reason));
      },
    };
  },
};
