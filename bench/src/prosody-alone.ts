/**
 * What the XMPP server carries by itself between a bare component and a client: the limit of any gateway behind it.
 */
import type { BareRig } from './rig.ts';
import type { Report, Workload } from './run.ts';
import { isError } from './stanza-scanner.ts';
import type { XmppSide } from './stub-xmpp.ts';

/** Starts at one side, arrives at the other. */
function between(
  from: XmppSide,
  to: XmppSide,
  run: string,
  report: Report,
  addresses: (index: number) => readonly [string, string],
): { start(index: number): void } {
  const startedAt: number[] = [];
  to.onStanza((xml) => {
    const match = /<body[^>]*>(\w+)-(\d+)<\/body>/.exec(xml);
    if (match === null || match[1] !== run) return;
    const index = Number(match[2]);
    report.done(index, performance.now() - (startedAt[index] ?? 0));
  });
  from.onStanza((xml) => {
    if (isError(xml)) report.flaw();
  });
  return {
    start: (index) => {
      const [sender, receiver] = addresses(index);
      startedAt[index] = performance.now();
      from.write(
        `<message from='${sender}' to='${receiver}' type='chat' id='${run}-${index}'><body>${run}-${index}</body></message>`,
      );
    },
  };
}

export const componentToClient: Workload<BareRig> = {
  name: 'messages SIP → XMPP',
  attach: ({ component, client, pairOf }, run, report) =>
    between(component, client, run, report, (index) => [pairOf(index).contact, pairOf(index).user]),
};

export const clientToComponent: Workload<BareRig> = {
  name: 'messages XMPP → SIP',
  attach: ({ component, client, pairOf }, run, report) =>
    between(client, component, run, report, (index) => [pairOf(index).resource, pairOf(index).contact]),
};
