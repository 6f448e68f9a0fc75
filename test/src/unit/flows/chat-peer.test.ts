/**
 * The MSRP edge as a participant of flows, before a core that only echoes.
 */
import type { Command, Event } from '@stoxgate/contracts';
import type { StepFunction } from '@stoxgate/translator';
import { expect, test } from 'vitest';
import { parseFlow } from '../../flow/flow-file.ts';
import { playFlow } from '../../flow/play-flow.ts';

const PEER = { path: ['msrp://192.0.2.5:9/x;tcp'], role: 'active' as const };

function commandsOf(event: Event, edge: string): Command[] {
  if (event.type === 'xmpp.message.received') {
    return [
      { type: 'msrp.session.open', session: 's1', isSecure: false, acceptTypes: ['text/plain', 'text/html'] },
    ];
  }
  if (event.type === 'msrp.session.opened') {
    return [{ type: 'msrp.session.connect', edge, session: 's1', peer: PEER }];
  }
  if (event.type !== 'msrp.message.received') return [];
  const { message, body, bytes, wantsReport } = event;
  return [
    { type: 'msrp.report.send', edge, session: 's1', message, bytes, status: 200 },
    {
      type: 'msrp.message.send',
      edge,
      session: 's1',
      message: 'echo',
      body,
      wantsReport,
      failureReport: 'no',
    },
    { type: 'msrp.session.close', edge, session: 's1' },
  ];
}

const echo: StepFunction = (_session, { event, edge }) => ({
  session: undefined,
  commands: commandsOf(event, edge),
});

const FLOW = `# A chat
juliet  xmpp  juliet@example.org/balcony
talk    chat  192.0.2.20
juliet --> gw   message to=romeo@example.net
                | <body>hi</body>
gw --> talk     open {s} tcp
                | accept: text/plain text/html
talk --> gw     opened {s}
gw --> talk     connect {s} active msrp://192.0.2.5:9/x;tcp
talk --> gw     connected {s}
talk --> gw     received {s} id.1 text/html report
                | <b>hi</b>
gw --> talk     report {s} id.1 200
gw --> talk     message {s} echo text/html report failure=no
                | <b>hi</b>
gw --> talk     close {s}
`;

const play = (text: string): string | undefined =>
  playFlow(
    parseFlow(text, () => ''),
    () => echo,
  );

test('flow runner - an MSRP edge takes part', () => {
  expect(play(FLOW)).toBeUndefined();
});

test.each([
  ['another command', 'close {s}', 'close other', 'it is close s1'],
  [
    'another line of the body',
    '| <b>hi</b>\ngw --> talk     close',
    '| <b>ho</b>\ngw --> talk     close',
    'no line',
  ],
  ['another type', 'echo text/html', 'echo text/plain', 'it is message s1 echo text/html'],
])('flow runner - %s to the MSRP edge fails', (_name, from, to, fault) => {
  expect(play(FLOW.replace(from, to))).toContain(fault);
});

test('flow runner - an MSRP edge says nothing else', () => {
  expect(() => play(FLOW.replace('connected {s}', 'nonsense {s}'))).toThrow('line 10');
});
