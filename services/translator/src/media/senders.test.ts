import { describe, expect, it } from 'vitest';
import {
  acceptXml,
  answerLines,
  CALLEE,
  CALLER,
  content,
  initiateXml,
  jingle,
  mapped,
  offerLines,
  sdp,
  text,
} from '../testing/media-world.ts';
import { answerFromJingle } from './answer-from-jingle.ts';
import { jingleFromAnswer } from './jingle-from-answer.ts';
import { jingleFromOffer } from './jingle-from-offer.ts';
import { offerFromJingle } from './offer-from-jingle.ts';
import { answerDirection, directionOf, sendersOf } from './senders.ts';

describe('senders - table', () => {
  it.each([
    ['both', 'sendrecv', 'sendrecv'],
    ['initiator', 'sendonly', 'recvonly'],
    ['responder', 'recvonly', 'sendonly'],
    ['none', 'inactive', 'inactive'],
  ] as const)('%s: %s in the initiator’s SDP, %s in the responder’s', (senders, initiator, responder) => {
    expect(directionOf(senders, 'initiator')).toBe(initiator);
    expect(directionOf(senders, 'responder')).toBe(responder);
    expect(sendersOf(initiator, 'initiator')).toBe(senders);
    expect(sendersOf(responder, 'responder')).toBe(senders);
  });

  it('absent or unknown senders, absent direction: both', () => {
    expect(directionOf(undefined, 'initiator')).toBe('sendrecv');
    expect(directionOf('everybody', 'responder')).toBe('sendrecv');
    expect(sendersOf(undefined, 'responder')).toBe('both');
  });

  it.each([
    ['sendrecv', ['sendrecv', 'sendonly', 'recvonly', 'inactive']],
    ['sendonly', ['recvonly', 'inactive', 'recvonly', 'inactive']],
    ['recvonly', ['sendonly', 'sendonly', 'inactive', 'inactive']],
    ['inactive', ['inactive', 'inactive', 'inactive', 'inactive']],
  ] as const)('an answer to %s is held to what it allows', (offer, allowed) => {
    const said = ['sendrecv', 'sendonly', 'recvonly', 'inactive'] as const;
    expect(said.map((answer) => answerDirection(answer, offer))).toEqual(allowed);
  });
});

const directions = (lines: string[]): string[] =>
  lines.filter((line) => /^a=(send|recv|inactive)/.test(line));
const withSenders = (senders: string, name = 'voice') =>
  content({ attrs: `creator='initiator' name='${name}' senders='${senders}'` });

describe('senders - in SDP and Jingle', () => {
  it('offer from XMPP describes the initiator', () => {
    expect(directions(offerLines(withSenders('initiator')))).toEqual(['a=sendonly']);
    expect(directions(offerLines(content()))).toEqual(['a=sendrecv']);
  });

  it('answer from XMPP describes the responder', () => {
    expect(directions(answerLines(['m=audio 5000 RTP/AVP 0'], withSenders('initiator', 'audio')))).toEqual([
      'a=recvonly',
    ]);
  });

  it('missing senders in a session-accept are both, held to the offer', () => {
    const accept = content({ attrs: "creator='initiator' name='audio'" });
    expect(directions(answerLines(['m=audio 5000 RTP/AVP 0', 'a=sendonly'], accept))).toEqual(['a=recvonly']);
    expect(directions(answerLines(['m=audio 5000 RTP/AVP 0'], accept))).toEqual(['a=sendrecv']);
  });

  it('offer from SIP describes the initiator, its answer the responder', () => {
    expect(initiateXml('m=audio 5000 RTP/AVP 0', 'a=sendonly')).toContain("senders='initiator'");
    expect(acceptXml([content()], 'm=audio 5000 RTP/AVP 0', 'a=sendonly')).toContain("senders='responder'");
  });

  it('direction is inherited from session level; without any it is sendrecv', () => {
    expect(initiateXml('a=inactive', 'm=audio 5000 RTP/AVP 0')).toContain("senders='none'");
    expect(initiateXml('a=inactive', 'm=audio 5000 RTP/AVP 0', 'a=sendrecv')).toContain("senders='both'");
    expect(initiateXml('m=audio 5000 RTP/AVP 0')).toContain("senders='both'");
  });

  it('fixed: initiator is sendonly in the responder’s SDP too, where so configured', () => {
    const fixed = { sendersMap: 'xep-fixed' } as const;
    const { media } = mapped(offerFromJingle(jingle(withSenders('initiator')), { ...CALLER, ...fixed }));
    expect(media.localSdp).toContain('a=sendonly');
    const theirs = sdp('m=audio 5000 RTP/AVP 0', 'a=extmap:1/sendonly urn:x', 'a=recvonly');
    const offered = { ...media, localSdp: sdp('m=audio 5000 RTP/AVP 0', 'a=extmap:1 urn:x', 'a=sendrecv') };
    const accept = mapped(jingleFromAnswer(theirs, offered, { ...CALLER, ...fixed }));
    expect(accept.children.map(text).join('')).toMatch(
      /senders='responder'.*uri='urn:x' senders='initiator'/,
    );

    const callee = { ...CALLEE, ...fixed };
    const offer = mapped(jingleFromOffer(sdp('m=audio 5000 RTP/AVP 0', 'a=sendrecv'), callee));
    const answer = mapped(answerFromJingle(jingle(withSenders('initiator', 'audio')), offer.media, callee));
    expect(answer.sdp).toContain('a=sendonly');
  });
});
