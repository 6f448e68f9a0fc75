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
  [
    ['phone-state', '0123456789@@example.com', 'OnThePhone', '--config', 'a'],
    { kind: 'phone-state', uri: '0123456789@@example.com', state: 'onthephone', configFile: 'a' },
  ],
  [
    ['phone-state', 'a@b', 'call-end'],
    { kind: 'phone-state', uri: 'a@b', state: 'call-end', configFile: undefined },
  ],
  [
    ['phone-accounts', 'import', 'a.csv', '--config=b'],
    { kind: 'phone-accounts import', accountFile: 'a.csv', configFile: 'b' },
  ],
  [
    ['phone-accounts', 'remove', 'a@b', 'c@b'],
    { kind: 'phone-accounts remove', uris: ['a@b', 'c@b'], configFile: undefined },
  ],
  [['doctor'], { kind: 'doctor', isJson: false, configFile: undefined }],
  [['doctor', '--json', '--config', 'a'], { kind: 'doctor', isJson: true, configFile: 'a' }],
  [['--help', '--nonsense'], { kind: 'help' }],
  [['-h'], { kind: 'help' }],
  [['--version'], { kind: 'version' }],
])('command line - %j is understood', (args, expected) => {
  expect(parseArguments(args)).toEqual(expected);
});

test.each([
  [['doctor', 'sip'], wrong('doctor takes --config and --json only.')],
  [['doctor', '--check-config'], wrong('doctor takes --config and --json only.')],
  [['sip-edge', '--json'], wrong('--json is for doctor.')],
  [['--confg', 'x'], wrong('unknown option --confg; did you mean --config?')],
  [['--colour'], wrong('unknown option --colour; see --help.')],
  [['--config'], wrong('--config needs a file: --config stoxgate.yaml.')],
  [['--config='], wrong('--config needs a file: --config stoxgate.yaml.')],
  [['--check-config=yes'], wrong('--check-config takes no value.')],
  [['sip-egde'], wrong('unknown role sip-egde; did you mean sip-edge?')],
  [['proxy'], wrong(expect.stringMatching(/^unknown role proxy; the roles are all, xmpp-edge, /))],
  [['sip-edge', 'xmpp-edge'], wrong('one role at a time: sip-edge, not also xmpp-edge.')],
  [['phone-state', 'sip:a@b', 'onlin'], wrong('unknown state onlin; did you mean online?')],
  [
    ['phone-state', 'sip:a@b', 'x'],
    wrong(expect.stringMatching(/^unknown state x; the states are online, /)),
  ],
  [
    ['phone-state', 'sip:a@b'],
    wrong(expect.stringContaining('npx stoxgate phone-state 1001@example.org online')),
  ],
  [
    ['phone-state', 'a@b', 'online', 'x'],
    wrong(expect.stringContaining('phone-state needs a phone and its state')),
  ],
  [['phone-state', 'a@b', 'online', '--check-config'], wrong('phone-state takes --config only.')],
  [['phone-accounts'], wrong(expect.stringContaining('phone-accounts import FILE'))],
  [['phone-accounts', 'export', 'a.csv'], wrong(expect.stringContaining('phone-accounts import FILE'))],
  [['phone-accounts', 'remove'], wrong(expect.stringContaining('phone-accounts remove needs a phone'))],
  [['phone-acounts'], wrong('unknown role phone-acounts; did you mean phone-accounts?')],
])('command line - %j is refused, with advice', (args, expected) => {
  expect(parseArguments(args)).toEqual(expected);
});
