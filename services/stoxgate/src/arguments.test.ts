import { expect, test } from 'vitest';
import { parseArguments } from './arguments.ts';

const wrong = (...problems: string[]) => ({ kind: 'wrong', problems });

test.each([
  [[], { kind: 'run', role: 'all', configFile: undefined }],
  [['--config', 'a.yaml'], { kind: 'run', role: 'all', configFile: 'a.yaml' }],
  [['sip-edge', '--config=a.yaml'], { kind: 'run', role: 'sip-edge', configFile: 'a.yaml' }],
  [['media-edge'], { kind: 'run', role: 'media-edge', configFile: undefined }],
  [['msrp-edge'], { kind: 'run', role: 'msrp-edge', configFile: undefined }],
  [['bosh-edge'], { kind: 'run', role: 'bosh-edge', configFile: undefined }],
  [['--check-config', 'translator'], { kind: 'check-config', role: 'translator', configFile: undefined }],
  [['--print-config', '--config', 'a'], { kind: 'print-config', role: 'all', configFile: 'a' }],
  [['--help', '--nonsense'], { kind: 'help' }],
  [['-h'], { kind: 'help' }],
  [['--version'], { kind: 'version' }],
])('command line - %j is understood', (args, expected) => {
  expect(parseArguments(args)).toEqual(expected);
});

test.each([
  [['--confg', 'x'], wrong('unknown option --confg; did you mean --config?')],
  [['--colour'], wrong('unknown option --colour; see --help.')],
  [['--config'], wrong('--config needs a file: --config stoxgate.yaml.')],
  [['--config='], wrong('--config needs a file: --config stoxgate.yaml.')],
  [['--check-config=yes'], wrong('--check-config takes no value.')],
  [['sip-egde'], wrong('unknown role sip-egde; did you mean sip-edge?')],
  [['proxy'], wrong(expect.stringMatching(/^unknown role proxy; the roles are all, xmpp-edge, /))],
  [['sip-edge', 'xmpp-edge'], wrong('one role at a time: sip-edge, not also xmpp-edge.')],
  [['phone-state', 'sip:a@b', 'open'], wrong(expect.stringContaining('publishes no presence yet'))],
])('command line - %j is refused, with advice', (args, expected) => {
  expect(parseArguments(args)).toEqual(expected);
});
