/**
 * The runner of flows: a ladder that says too little, too much or something else fails.
 */
import { describe, expect, test } from 'vitest';
import { parseFlow } from '../../flow/flow-file.ts';
import { playFlow } from '../../flow/play-flow.ts';

const HEAD = `# A call
juliet  xmpp  juliet@example.org/balcony
romeo   sip   sip:romeo@192.0.2.5
define contents
| <content creator='initiator' name='voice'>
|   <description xmlns='urn:xmpp:jingle:apps:rtp:1' media='audio'><payload-type id='0'/></description>
|   <transport xmlns='urn:xmpp:jingle:transports:raw-udp:1'>
|     <candidate component='1' generation='0' id='c' ip='192.0.2.2' port='6000'/>
|   </transport>
| </content>
juliet --> gw            session-initiate sid=s1 to=romeo@example.net
                         | @contents
`;
const RESULT = 'juliet <-- gw   iq-result\n';
const INVITE = 'gw --> romeo   INVITE sip:romeo@example.net\n';
const TIMER = 'gw : set out.ring 180s\n';

const play = (...lines: string[]): string | undefined => playFlow(parseFlow(HEAD + lines.join(''), () => ''));

describe('flow runner', () => {
  test('flow runner - a ladder that says everything passes', () => {
    expect(
      play(RESULT, INVITE, '| CSeq: 1 INVITE\n| no Reason\n| m=audio 6000 RTP/AVP 0\n', TIMER),
    ).toBeUndefined();
  });

  test.each([
    ['a command left out', [RESULT, TIMER], 'line 14: not set out.ring 180s'],
    ['a command at the end left out', [RESULT, INVITE], 'not in the flow'],
    ['a command too many', [RESULT, INVITE, TIMER, RESULT], 'did nothing more'],
    ['another order', [INVITE, RESULT, TIMER], 'line 13'],
    ['another participant', ['gw --> romeo   iq-result\n', INVITE, TIMER], 'it goes to XMPP'],
    ['another Request-URI', [RESULT, 'gw --> romeo   INVITE sip:other@example.net\n', TIMER], 'it is INVITE'],
    ['another header', [RESULT, INVITE, '| CSeq: 2 INVITE\n', TIMER], 'CSeq is 1 INVITE'],
    ['a header that must not be', [RESULT, INVITE, '| no Contact\n', TIMER], 'it has Contact'],
    ['another SDP line', [RESULT, INVITE, '| m=audio 9 RTP/AVP 0\n', TIMER], 'no line m=audio 9'],
    [
      'SDP lines in another order',
      [RESULT, INVITE, '| m=audio 6000 RTP/AVP 0\n| s=-\n', TIMER],
      'no line s=-',
    ],
    ['another stanza', ['juliet <-- gw   session-info sid=s1\n', INVITE, TIMER], 'another stanza'],
    ['an element not in it', [RESULT, '| <ringing/>\n', INVITE, TIMER], 'no <ringing/> in it'],
    ['another timer', [RESULT, INVITE, 'gw : set out.ring 60s\n'], 'not set out.ring 60s'],
    ['a value that changes', [RESULT, INVITE, '| Call-ID: {a}\n| To: {a}\n', TIMER], 'To is'],
  ])('flow runner - %s fails', (_, lines, fault) => {
    expect(play(...lines)).toContain(fault);
  });

  test.each([
    ['nonsense', 'line 13: cannot read nonsense'],
    ['stranger --> gw  iq-result', 'line 13: cannot read'],
    ['| <x/>', undefined],
    ['after soon', 'line 13: cannot read'],
  ])('flow file - %s', (line, fault) => {
    const read = (): unknown => parseFlow(`${HEAD}${line}\n`, () => '');
    if (fault === undefined) expect(read).not.toThrow();
    else expect(read).toThrow(fault);
  });

  test('flow file - a block that is not defined is refused', () => {
    expect(() => parseFlow(`${HEAD}${RESULT}| @missing\n`, () => '')).toThrow('no block missing');
  });
});
