import { describe, expect, it } from 'vitest';
import { content, initiateXml, offerLines } from '../testing/media-world.ts';

const NS = "xmlns='urn:xmpp:jingle:apps:rtp:ssma:0'";
const AUDIO = 'm=audio 5000 RTP/AVP 0';
const ssrcs = (lines: string[]): string[] => lines.filter((line) => /^a=(ssrc|msid)/.test(line));
const offered = (element: string, attrs = ''): string[] =>
  ssrcs(
    offerLines(
      content({ description: `<payload-type id='0'/>${element}` }).replace(
        "media='audio'",
        `media='audio' ${attrs}`,
      ),
    ),
  );

describe('ssrc - both ways', () => {
  const lines = ['a=ssrc-group:FID 1 2', 'a=ssrc:1 cname:a:b', 'a=ssrc:1 marker', 'a=ssrc:2 cname:c'];
  const elements =
    `<ssrc-group ${NS} semantics='FID'><source ssrc='1'/><source ssrc='2'/></ssrc-group>` +
    `<source ${NS} ssrc='1'><parameter name='cname' value='a:b'/><parameter name='marker'/></source>` +
    `<source ${NS} ssrc='2'><parameter name='cname' value='c'/></source>`;

  it('grouped by ssrc in first-seen order, value split at the first colon, groups first', () => {
    expect(initiateXml(AUDIO, ...lines)).toContain(elements);
    expect(offered(elements)).toEqual(lines);
  });

  it('mixed lines are gathered by ssrc', () => {
    expect(initiateXml(AUDIO, 'a=ssrc:2 cname:c', 'a=ssrc:1 cname:a', 'a=ssrc:2 label:x')).toContain(
      `<source ${NS} ssrc='2'><parameter name='cname' value='c'/><parameter name='label' value='x'/></source>` +
        `<source ${NS} ssrc='1'>`,
    );
  });
});

describe('ssrc - msid', () => {
  it('of the m-line becomes one of each source that has none', () => {
    expect(initiateXml(AUDIO, 'a=msid:stream track', 'a=ssrc:1 cname:a')).toContain(
      "<parameter name='cname' value='a'/><parameter name='msid' value='stream track'/></source>",
    );
    expect(initiateXml(AUDIO, 'a=msid:stream track', 'a=ssrc:1 msid:own x')).not.toContain('stream track');
    expect(initiateXml(AUDIO, 'a=msid:stream track')).not.toContain('stream track');
  });

  it('of a source brings msid-semantic', () => {
    const source = `<source ${NS} ssrc='1'><parameter name='msid' value='s t'/></source>`;
    expect(offered(source)).toEqual(['a=msid-semantic: WMS *', 'a=ssrc:1 msid:s t']);
    expect(offered(`<source ${NS} ssrc='1'><parameter name='cname' value='s'/></source>`)).toHaveLength(1);
  });
});

describe('ssrc - Jingle to SDP', () => {
  it('the attribute of the description counts only without <source/>', () => {
    expect(offered('', "ssrc='7'")).toEqual(['a=ssrc:7 cname:2890844526']);
    expect(
      offered(`<source ${NS} ssrc='1'><parameter name='cname' value='a'/></source>`, "ssrc='7'"),
    ).toEqual(['a=ssrc:1 cname:a']);
  });

  it('older drafts say id', () => {
    expect(offered(`<source ${NS} id='4'><parameter name='cname' value='a'/></source>`)).toEqual([
      'a=ssrc:4 cname:a',
    ]);
  });

  it('what is out of range or malformed is dropped', () => {
    expect(
      offered(
        `<source ${NS} ssrc='4294967296'><parameter name='cname' value='a'/></source>` +
          `<source ${NS} ssrc='1'><parameter name='a b' value='x'/><parameter value='y'/></source>` +
          `<ssrc-group ${NS} semantics='a b'><source ssrc='1'/></ssrc-group>` +
          `<ssrc-group ${NS} semantics='FID'><source ssrc='x'/></ssrc-group>` +
          "<source ssrc='2'><parameter name='cname' value='a'/></source>",
      ),
    ).toEqual([]);
  });
});
