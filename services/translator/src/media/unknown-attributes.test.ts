import { describe, expect, it } from 'vitest';
import { CALLEE, CALLER, content, jingle, linesOf, mapped, sdp, text, xml } from '../testing/media-world.ts';
import { answerFromJingle } from './answer-from-jingle.ts';
import { jingleFromAnswer } from './jingle-from-answer.ts';
import { jingleFromOffer } from './jingle-from-offer.ts';
import { offerFromJingle } from './offer-from-jingle.ts';
import { nextOffer } from './reoffer-next.ts';
import type { Passthrough } from './unknown-attributes.ts';

const AUDIO = 'm=audio 6000 RTP/AVP 0';
const element = (name: string, value?: string): string =>
  `<sdp-attribute xmlns='urn:x-gateway:sdp:0' name='${name}'${value === undefined ? '' : ` value='${value}'`}/>`;
const PCMU = "<payload-type id='0' name='PCMU' clockrate='8000'/>";

const initiated = (passthrough: Passthrough, ...lines: string[]): string[] =>
  (
    mapped(jingleFromOffer(sdp(...lines), { ...CALLEE, passthrough }))
      .children.map(text)
      .join('')
      .match(/<sdp-attribute [^>]*>/g) ?? []
  ).map((found) => found.replace(" xmlns='urn:x-gateway:sdp:0'", ''));

const offered = (passthrough: Passthrough, ...elements: string[]): string[] =>
  linesOf(
    mapped(
      offerFromJingle(jingle(content({ description: PCMU + elements.join('') })), { ...CALLER, passthrough }),
    ).sdp,
  );

describe('unknown attributes - SDP to Jingle', () => {
  it('are elements of the description, those of the session elements beside the contents', () => {
    const { children } = mapped(
      jingleFromOffer(sdp('a=tool:x 1', AUDIO, 'a=rtcp-rsize', 'a=framerate:15'), {
        ...CALLEE,
        passthrough: 'element',
      }),
    );
    expect(children.map(text)[0]).toBe(element('tool', 'x 1'));
    expect(text(children[1] ?? xml('<none/>'))).toContain(
      `${element('rtcp-rsize')}${element('framerate', '15')}</description>`,
    );
  });

  it('only those that bear on the media, or none, where so configured', () => {
    const lines = ['a=tool:x', AUDIO, 'a=rtcp-rsize', 'a=x-vendor:1'];
    expect(initiated('allowlist', ...lines)).toEqual(["<sdp-attribute name='rtcp-rsize'/>"]);
    expect(initiated('none', ...lines)).toEqual([]);
  });

  it('what is mapped elsewhere, or said of one hop, is not repeated', () => {
    const lines = ['a=end-of-candidates', 'a=zrtp-hash:1.10 ab', 'a=key-mgmt:mikey x', 'a=msid:a b'];
    expect(initiated('element', 'a=jingle-action:source-add', AUDIO, 'a=ptime:20', ...lines)).toEqual([]);
  });

  it('64 at most, none longer than 1024 characters', () => {
    const many = Array.from({ length: 70 }, (_, at) => `a=x-${at}:1`);
    expect(initiated('element', AUDIO, ...many)).toHaveLength(64);
    expect(initiated('element', AUDIO, `a=x:${'1'.repeat(1025)}`, `a=y:${'1'.repeat(1024)}`)).toHaveLength(1);
  });

  it('those of an answer reach the session-accept', () => {
    const context = { ...CALLER, passthrough: 'element' } as const;
    const { media } = mapped(offerFromJingle(jingle(content()), context));
    const accept = mapped(jingleFromAnswer(sdp(AUDIO, 'a=rtcp-rsize'), media, context));
    expect(accept.children.map(text).join('')).toContain(element('rtcp-rsize'));
  });
});

describe('unknown attributes - Jingle to SDP', () => {
  it('stand in their m-line, or at session level, in every later offer too', () => {
    const context = { ...CALLER, passthrough: 'element' } as const;
    const description = PCMU + element('rtcp-rsize') + element('framerate', '15');
    const first = mapped(offerFromJingle(jingle(element('tool', 'x 1'), content({ description })), context));
    for (const lines of [linesOf(first.sdp), linesOf(nextOffer(first.media, context).sdp)]) {
      const start = lines.findIndex((line) => line.startsWith('m='));
      expect(lines.slice(0, start)).toContain('a=tool:x 1');
      expect(lines.slice(start)).toEqual(expect.arrayContaining(['a=rtcp-rsize', 'a=framerate:15']));
    }
  });

  it('b= of the session is an element beside the contents, and back, in later offers too', () => {
    const context = { ...CALLEE, passthrough: 'element' } as const;
    const lines = sdp('b=CT:128', 'b=X-y:1', AUDIO, 'b=AS:64');
    const { children } = mapped(jingleFromOffer(lines, context));
    const own = "xmlns='urn:x-gateway:sdp:0'";
    expect(children.slice(0, 2).map(text)).toEqual([
      `<sdp-bandwidth ${own} type='CT'>128</sdp-bandwidth>`,
      `<sdp-bandwidth ${own} type='X-y'>1</sdp-bandwidth>`,
    ]);
    expect(mapped(jingleFromOffer(lines, CALLEE)).children).toHaveLength(1);
    const caller = { ...CALLER, passthrough: 'element' } as const;
    const first = mapped(offerFromJingle(jingle(...children.map(text)), caller));
    for (const said of [first.sdp, nextOffer(first.media, caller).sdp]) {
      expect(said).toContain('c=IN IP4 192.0.2.9\r\nb=CT:128\r\nb=X-y:1\r\nt=0 0\r\n');
      expect(said).toContain('b=AS:64');
    }
  });

  it('i=, u=, e=, p=, r=, z= and k= are dropped', () => {
    const lines = ['i=Title', 'u=http://a', 'e=a@b', 'p=+1', 't=1 2', 'r=1 1 1', 'z=0 -1h', 'k=clear:x'];
    const context = { ...CALLEE, passthrough: 'element' } as const;
    const said = (...more: string[]) =>
      mapped(jingleFromOffer(sdp(...more, AUDIO, ...more.filter((line) => /^[ik]/.test(line))), context))
        .children;
    expect(said(...lines).map(text)).toEqual(said().map(text));
  });

  it('stand in an answer', () => {
    const context = { ...CALLEE, passthrough: 'element' } as const;
    const { media } = mapped(jingleFromOffer(sdp(AUDIO), context));
    const accept = content({
      description: PCMU + element('rtcp-rsize'),
      attrs: "creator='initiator' name='audio'",
    });
    const answer = mapped(answerFromJingle(jingle(element('tool', 'x'), accept), media, context));
    expect(linesOf(answer.sdp)).toEqual(expect.arrayContaining(['a=tool:x', 'a=rtcp-rsize']));
  });

  it.each(['candidate', 'crypto', 'fingerprint', 'rtpmap', 'sendrecv', 'jingle-action', 'two words', ''])(
    'an attribute %j comes by no other way than its own',
    (name) => {
      expect(offered('element', element(name, 'pass')).join('\n')).not.toMatch(/[:= ]pass$|words/m);
    },
  );

  it('none where so configured', () => {
    expect(offered('none', element('rtcp-rsize'))).not.toContain('a=rtcp-rsize');
    expect(offered('allowlist', element('x-vendor'), element('rtcp-rsize'))).toContain('a=rtcp-rsize');
    expect(offered('allowlist', element('x-vendor'))).not.toContain('a=x-vendor');
  });
});
