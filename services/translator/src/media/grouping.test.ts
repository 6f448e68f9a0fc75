import { mediaDescription } from '@stoxgate/wire-sdp';
import { describe, expect, it } from 'vitest';
import {
  acceptOf,
  acceptXml,
  answerLines,
  CALLEE,
  CALLER,
  content,
  FINGERPRINT,
  ice,
  initiateXml,
  jingle,
  mapped,
  offerLines,
  sdp,
  text,
} from '../testing/media-world.ts';
import { midsOf, namesOf } from './content-names.ts';
import { jingleFromOffer } from './jingle-from-offer.ts';
import { offerFromJingle } from './offer-from-jingle.ts';

const group = (semantics: string, ...names: string[]) =>
  `<group xmlns='urn:xmpp:jingle:apps:grouping:0' semantics='${semantics}'>` +
  `${names.map((name) => `<content name='${name}'/>`).join('')}</group>`;
const named = (name: string, transport?: string) =>
  content({ attrs: `creator='initiator' name='${name}'`, ...(transport === undefined ? {} : { transport }) });
const groups = (lines: string[]): string[] => lines.filter((line) => /^a=(group|mid)/.test(line));
const ICE_LINES = ['a=ice-ufrag:8hhy', 'a=ice-pwd:asd88fgpdd777uzjYhagZg'];
const AUDIO = 'm=audio 5000 RTP/AVP 0';

describe('mid and content name', () => {
  it('a name that is a token is the mid; another is m and the index', () => {
    expect(midsOf(['voice', 'this is', 'é', 'voice', 'm1'])).toEqual(['voice', 'm1_', 'm2', 'm3', 'm1']);
    expect(groups(offerLines(named('0', ice()), named('two words', ice())))).toEqual(['a=mid:0', 'a=mid:m1']);
  });

  it('a mid is the name; without one it is the media, numbered', () => {
    const media = (kind: string, mid?: string) =>
      mediaDescription({ media: kind, port: 9, protocol: 'RTP/AVP', formats: ['0'], mid });
    const of = (...all: [kind: string, mid?: string][]) =>
      namesOf(all.map(([kind, mid]) => media(kind, mid)));
    expect(of(['audio', '0'], ['video', '1'])).toEqual(['0', '1']);
    expect(of(['audio'], ['video'], ['video'], ['audio'])).toEqual(['audio', 'video', 'video2', 'audio2']);
    expect(of(['audio'], ['audio', 'audio'], ['video', 'x'], ['video', 'x'])).toEqual([
      'audio_',
      'audio',
      'x',
      'video2',
    ]);
  });

  it('emitted with ICE, DTLS or a group, not for plain raw UDP', () => {
    expect(groups(offerLines(named('a')))).toEqual([]);
    expect(groups(offerLines(named('a', ice())))).toEqual(['a=mid:a']);
    const dtls = `<transport xmlns='urn:xmpp:jingle:transports:raw-udp:1'>${FINGERPRINT}</transport>`;
    expect(groups(offerLines(named('a', dtls)))).toEqual(['a=mid:a']);
    expect(groups(offerLines(named('a'), group('LS', 'a')))).toEqual(['a=group:LS a', 'a=mid:a']);
  });

  it('emitted always with the profile of WebRTC', () => {
    const context = { ...CALLER, profileMode: 'webrtc' } as const;
    expect(mapped(offerFromJingle(jingle(named('a')), context)).sdp).toContain('a=mid:a');
  });

  it('an answer has the mid where the offer has', () => {
    expect(groups(answerLines([AUDIO, 'a=mid:x'], named('x')))).toEqual(['a=mid:x']);
    expect(groups(answerLines([AUDIO], named('audio')))).toEqual([]);
  });
});

describe('group - both ways', () => {
  it('several groups; names and mids by the table', () => {
    const contents = [named('a b', ice()), named('v', ice())];
    expect(groups(offerLines(group('BUNDLE', 'a b', 'v'), group('LS', 'a b'), ...contents))).toEqual([
      'a=group:BUNDLE m0 v',
      'a=group:LS m0',
      'a=mid:m0',
      'a=mid:v',
    ]);
    const both = initiateXml('a=group:BUNDLE a v', 'a=group:LS a', AUDIO, 'a=mid:a', AUDIO, 'a=mid:v');
    expect(both).toContain(group('BUNDLE', 'a', 'v') + group('LS', 'a'));
  });

  it('unknown members leave, and so do groups without members', () => {
    expect(groups(offerLines(group('BUNDLE', 'gone', 'a'), group('LS', 'gone'), named('a', ice())))).toEqual([
      'a=group:BUNDLE a',
      'a=mid:a',
    ]);
  });

  it('a semantics that is no token is dropped', () => {
    expect(groups(offerLines(group('BUN DLE', 'a'), named('a')))).toEqual(['a=mid:a']);
  });
});

describe('group - answer', () => {
  const offer = ['a=group:BUNDLE a v', AUDIO, 'a=mid:a', ...ICE_LINES, AUDIO, 'a=mid:v', ...ICE_LINES];

  it('from XMPP: a refused content leaves, its mid is kept; a group that was not offered is not answered', () => {
    expect(
      groups(answerLines(offer, group('BUNDLE', 'a', 'v'), group('LS', 'a'), named('a', ice()))),
    ).toEqual(['a=group:BUNDLE a', 'a=mid:a', 'a=mid:v']);
    expect(groups(answerLines(offer, named('a', ice())))).toEqual(['a=mid:a', 'a=mid:v']);
  });

  it('from SIP: a port-0 m-line leaves; a group that was not offered is not answered', () => {
    const contents = [group('BUNDLE', 'a', 'v'), named('a', ice()), named('v', ice())];
    const answer = [
      'a=group:BUNDLE a v',
      'a=group:LS a',
      AUDIO,
      'a=mid:a',
      ...ICE_LINES,
      'm=audio 0 RTP/AVP 0',
      'a=mid:v',
    ];
    const accept = acceptXml(contents, ...answer);
    expect(accept).toContain(group('BUNDLE', 'a'));
    expect(accept).not.toContain("semantics='LS'");
  });

  it('bundled contents have credentials and fingerprints as the first of the bundle where they have none', () => {
    const first = named('a', ice(FINGERPRINT));
    const bare = named('v', "<transport xmlns='urn:xmpp:jingle:transports:ice-udp:1'/>");
    const own = named('v', ice(FINGERPRINT.replace('02', '03')));
    const second = (members: readonly string[], content: string): string[] => {
      const lines = offerLines(group('BUNDLE', ...members), first, content);
      return lines
        .slice(lines.findLastIndex((line) => line.startsWith('m=')))
        .filter((line) => /^m=|a=(?:ice-u|fi)/.test(line));
    };
    const line = 'm=audio 9 UDP/TLS/RTP/SAVPF 0';
    expect(second(['a', 'v'], bare)).toEqual([line, 'a=ice-ufrag:8hhy', 'a=fingerprint:sha-256 02:1A']);
    expect(second(['a', 'v'], own)).toEqual([line, 'a=ice-ufrag:8hhy', 'a=fingerprint:sha-256 03:1A']);
    expect(second(['a'], bare)).toEqual(['m=audio 9 RTP/AVP 0']);
  });

  it('bundled contents without candidates go where the first of the bundle goes', () => {
    const candidate =
      "<candidate component='1' foundation='1' id='c' ip='192.0.2.1' port='7000' priority='1' protocol='udp' type='host'/>";
    const lines = answerLines(
      offer,
      group('BUNDLE', 'a', 'v'),
      named('a', ice(candidate)),
      named('v', ice()),
    );
    expect(lines.filter((line) => /^[mc]=/.test(line))).toEqual([
      'c=IN IP4 192.0.2.1',
      'm=audio 7000 RTP/AVP 0',
      'm=audio 7000 RTP/AVP 0',
    ]);
    const own = answerLines(
      offer,
      group('BUNDLE', 'a', 'v'),
      named('a', ice(candidate)),
      named('v', ice(candidate.replace('7000', '8000'))),
    );
    expect(own).toContain('m=audio 8000 RTP/AVP 0');
  });
});

describe('bundle - offer from SIP', () => {
  const tagged = [
    'm=audio 5000 UDP/TLS/RTP/SAVPF 0',
    'a=mid:a',
    ...ICE_LINES,
    'a=fingerprint:sha-256 AA',
    'a=setup:actpass',
  ];

  it('bundle-only with port 0 is no refusal; credentials and fingerprint are copied into every content', () => {
    const children = initiateXml(
      'a=group:BUNDLE a v',
      ...tagged,
      'm=video 0 UDP/TLS/RTP/SAVPF 96',
      'a=mid:v',
      'a=bundle-only',
      'a=rtpmap:96 VP8/90000',
    );
    expect(children.match(/<transport .*?<\/transport>/g)).toEqual(
      Array(2).fill(
        `${ice().slice(0, -'</transport>'.length)}<fingerprint xmlns='urn:xmpp:jingle:apps:dtls:0' hash='sha-256' setup='actpass'>AA</fingerprint></transport>`,
      ),
    );
  });

  it('a bundled m-line needs no c= of its own', () => {
    const text = sdp(
      'a=group:BUNDLE a v',
      ...tagged,
      'c=IN IP4 192.0.2.7',
      'm=audio 0 RTP/AVP 0',
      'a=mid:v',
      'a=bundle-only',
    );
    const { children } = mapped(jingleFromOffer(text.replace('c=IN IP4 192.0.2.9\r\n', ''), CALLEE));
    expect(children).toHaveLength(3);
  });

  it('outside the bundle nothing is copied', () => {
    const children = initiateXml('a=group:BUNDLE a', ...tagged, 'm=audio 6000 RTP/AVP 0', 'a=mid:b');
    expect(children).toContain("<transport xmlns='urn:xmpp:jingle:transports:raw-udp:1'>");
  });

  it('answered by the SIP party with one transport for all', () => {
    const contents = [group('BUNDLE', 'a', 'v'), named('a', ice(FINGERPRINT)), named('v', ice(FINGERPRINT))];
    const [first = '', ...rest] = tagged;
    const { children } = acceptOf(contents, 'a=group:BUNDLE a v', first, ...rest, first, 'a=mid:v');
    expect(
      children
        .map(text)
        .join('')
        .match(/ufrag='8hhy'/g),
    ).toHaveLength(2);
  });
});
