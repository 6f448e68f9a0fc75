/**
 * Answers of the SIP party to our later offers.
 */
import { describe, expect, it } from 'vitest';
import { CALLER, faultOf, ice, mapped, sdp, text } from '../testing/media-world.ts';
import { AUDIO, actionsIn, called, changed, delta, film, info, only } from '../testing/reoffer-world.ts';
import { deltaOfAnswer } from './reoffer-accepted.ts';
import { nextOffer } from './reoffer-next.ts';

describe('answers of the SIP party', () => {
  const offered = (action: string, ...children: string[]) => {
    const { media, concerned } = changed(called(), action, ...children);
    return { media: nextOffer(media, CALLER).media, offer: { action, concerned } };
  };
  const answered = ({ media, offer }: ReturnType<typeof offered>, ...lines: string[]) =>
    mapped(deltaOfAnswer(sdp(...lines), media, CALLER, offer));
  const VP8 = ['m=video 4020 RTP/AVP 96', 'a=rtpmap:96 VP8/90000'];

  it('answers to us - hold and its answer are no news', () => {
    const hold = offered('session-info', info('hold'));
    expect(answered(hold, ...AUDIO, 'a=recvonly').changes).toEqual([]);
    expect(answered(hold, ...AUDIO, 'a=inactive').changes).toMatchObject([{ action: 'content-modify' }]);
  });

  it('answers to us - less than we offered is told', () => {
    const { changes, media } = answered(offered('session-info', info('unhold')), ...AUDIO, 'a=sendonly');
    expect(changes.map(({ children }) => children.map(text).join(''))).toEqual([
      "<content creator='initiator' name='voice' senders='responder'/>",
    ]);
    expect(only(media).holds).toMatchObject({ sip: true });
  });

  it('answers to us - added contents are accepted or rejected, others removed', () => {
    const add = offered('content-add', film());
    expect(actionsIn(answered(add, ...AUDIO, ...VP8).changes)).toEqual(['content-accept']);
    expect(actionsIn(answered(add, ...AUDIO, 'm=video 0 RTP/AVP 96').changes)).toEqual(['content-reject']);
    expect(actionsIn(answered(add, ...AUDIO).changes)).toEqual(['content-reject']);
    expect(actionsIn(answered(add, 'm=audio 0 RTP/AVP 0', ...VP8).changes)).toEqual([
      'content-remove',
      'content-accept',
    ]);
  });

  it('answers to us - a new transport is accepted with theirs, or rejected by one of the old kind', () => {
    const transport = ice(
      "<candidate component='1' foundation='1' generation='0' id='x' ip='192.0.2.7' port='7000' priority='9' protocol='udp' type='host'/>",
    );
    const replace = offered(
      'transport-replace',
      `<content creator='initiator' name='voice'>${transport}</content>`,
    );
    const creds = ['a=ice-ufrag:abcd', 'a=ice-pwd:abcdefghijklmnopqrstuv'];
    expect(actionsIn(answered(replace, ...AUDIO, ...creds).changes)).toEqual(['transport-accept']);
    expect(actionsIn(answered(replace, ...AUDIO).changes)).toEqual(['transport-reject']);
  });

  it('answers to us - malformed: no SDP, no connection', () => {
    const { media, offer } = offered('session-info', info('hold'));
    expect(faultOf(deltaOfAnswer('x', media, CALLER, offer))).toBe('malformed');
    const bare = sdp(...AUDIO).replace('c=IN IP4 192.0.2.9\r\n', '');
    expect(faultOf(deltaOfAnswer(bare, media, CALLER, offer))).toBe('malformed');
  });

  it('answers to us - mute is not in what is told of senders', () => {
    const mute = offered('session-info', info('mute'));
    const { changes, media } = answered(mute, ...AUDIO, 'a=sendonly');
    expect(changes).toEqual([]);
    expect(delta(media, AUDIO, { isRefresh: true }).changes).toEqual([]);
  });
});
