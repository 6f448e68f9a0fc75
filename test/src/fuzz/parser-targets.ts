/**
 * The parsers as targets: what they accept must survive being written and read again.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { readDialogInfo, readPidf, writePidf } from '@stoxgate/translator';
import { MsrpFramer, parseMsrpFrame, serializeMsrpRequest, serializeMsrpResponse } from '@stoxgate/wire-msrp';
import { MSRP_SAMPLES, MSRP_TORTURE } from '@stoxgate/wire-msrp/testing';
import { formatSdp, parseSdp } from '@stoxgate/wire-sdp';
import {
  decodeLatin1,
  parseSipMessage,
  StreamFramer,
  serializeFault,
  serializeMessage,
} from '@stoxgate/wire-sip';
import { ORDINARY_MESSAGES, TORTURE_INVALID, TORTURE_IPV6, TORTURE_VALID } from '@stoxgate/wire-sip/testing';
import { DEFAULT_XML_LIMITS, parseXml, StanzaReader, serialize } from '@stoxgate/wire-xmpp';
import type { Target } from './fuzzer.ts';
import { mutateText, pick } from './mutation.ts';

const FIXTURES = new URL('../../../services/translator/src/media/fixtures/', import.meta.url);
const fixtures = (ending: string): readonly string[] =>
  readdirSync(FIXTURES)
    .filter((name) => name.endsWith(ending))
    .map((name) => readFileSync(new URL(name, FIXTURES), 'utf8'));

/** Descriptions as real devices send them. */
export const SDP_SAMPLES: readonly string[] = fixtures('.sdp');
/** Stanzas as real clients send them. */
export const XML_SAMPLES: readonly string[] = fixtures('.xml');
/** One character a byte. */
const SIP_SAMPLES: readonly string[] = [
  ...ORDINARY_MESSAGES.map((text) => Buffer.from(text).toString('latin1')),
  ...[...TORTURE_VALID, ...TORTURE_INVALID, ...TORTURE_IPV6].map(({ bytes }) => decodeLatin1(bytes)),
];

const STREAM_HEAD =
  "<stream:stream xmlns='jabber:component:accept' xmlns:stream='http://etherx.jabber.org/streams' id='1'>";

const textTarget = (name: string, samples: readonly string[], run: (text: string) => void): Target => ({
  name,
  next: (below) => mutateText(pick(samples, below), samples, below),
  run: (input) => run(String(input)),
});

function mustBeSame(one: unknown, other: unknown): void {
  // JSON, as between the services: what is absent and what is undefined are the same.
  const [before, after] = [one, other].map((value): unknown => JSON.parse(JSON.stringify(value)));
  if (!isDeepStrictEqual(before, after)) {
    throw new Error(`another after it was written: ${JSON.stringify(before)} | ${JSON.stringify(after)}`);
  }
}

const sip = textTarget('sip', SIP_SAMPLES, (text) => {
  const bytes = Buffer.from(text, 'latin1');
  const result = parseSipMessage(bytes);
  if (!result.ok) {
    serializeFault(result.fault, { toTag: 't' });
    return;
  }
  const again = parseSipMessage(serializeMessage(result.message));
  // Writing leaves out NUL, which no header may carry.
  if (!bytes.includes(0) && !text.includes('%00')) mustBeSame(result, again);
});

const sipStream = textTarget('sip stream', SIP_SAMPLES, (text) => {
  const bytes = Buffer.from(text, 'latin1');
  const framer = new StreamFramer();
  const third = Math.ceil(bytes.length / 3);
  for (let at = 0; at < bytes.length; at += third) framer.push(bytes.subarray(at, at + third));
});

const sdp = textTarget('sdp', SDP_SAMPLES, (text) => {
  const result = parseSdp(text);
  if (!result.ok) return;
  const written = formatSdp(result.description);
  const again = parseSdp(written);
  if (!again.ok) throw new Error(`not to be read again: ${JSON.stringify(written)}`);
  mustBeSame(formatSdp(again.description), written);
});

const xml = textTarget('xml', XML_SAMPLES, (text) => {
  const result = parseXml(text);
  if (!result.ok) return;
  const again = parseXml(serialize(result.element));
  if (!again.ok) throw new Error(`not to be read again: ${JSON.stringify(serialize(result.element))}`);
  mustBeSame(again.element, result.element);
});

const xmlStream = textTarget('xml stream', XML_SAMPLES, (text) => {
  const reader = new StanzaReader(DEFAULT_XML_LIMITS);
  const half = Math.ceil(text.length / 2);
  for (const chunk of [STREAM_HEAD, text.slice(0, half), text.slice(half)]) [...reader.push(chunk)];
});

/** One character a byte. */
const CHUNKS: readonly string[] = [...MSRP_SAMPLES, ...MSRP_TORTURE.map(([, text]) => text)];

const msrp = textTarget('msrp', CHUNKS, (text) => {
  const bytes = Buffer.from(text, 'latin1');
  const framer = new MsrpFramer();
  const third = Math.ceil(bytes.length / 3);
  for (let at = 0; at < bytes.length; at += third) {
    for (const event of framer.push(bytes.subarray(at, at + third))) {
      const result = event.type === 'frame' ? parseMsrpFrame(event.frame) : undefined;
      if (!result?.ok) continue;
      const written =
        result.kind === 'request'
          ? serializeMsrpRequest(result.message)
          : serializeMsrpResponse(result.message);
      const [again] = new MsrpFramer().push(written);
      mustBeSame(again?.type === 'frame' ? parseMsrpFrame(again.frame) : again, result);
    }
  }
});

/** A tuple with all that one may have, and the same with other words. */
const PIDF_SAMPLES: readonly string[] = [
  `<presence xmlns='urn:ietf:params:xml:ns:pidf' entity='pres:romeo@example.net'><tuple id='ID-orchard'><status>
   <basic>open</basic><show xmlns='jabber:client'>away</show></status><contact priority='0.992'>sip:romeo@example.net;gr=x</contact>
   <note xml:lang='en'>Wooing Juliet</note><timestamp>2026-01-02T03:04:05Z</timestamp></tuple><note>Here</note></presence>`,
  `<?xml version='1.0'?><p:presence xmlns:p='urn:ietf:params:xml:ns:pidf' xmlns:d='urn:ietf:params:xml:ns:pidf:data-model'
   xmlns:r='urn:ietf:params:xml:ns:pidf:rpid' entity='sip:romeo@example.net'><p:tuple id='bs35r9'><p:status><p:basic>closed</p:basic>
   <r:activities><r:busy/></r:activities></p:status><d:deviceID>urn:uuid:1</d:deviceID></p:tuple>
   <d:person id='p1'><r:activities><r:on-the-phone/></r:activities><d:note>Later</d:note></d:person></p:presence>`,
];

const pidf = textTarget('pidf', PIDF_SAMPLES, (text) => {
  const document = readPidf(text);
  if (document === undefined) return;
  // Activities are written once, for the person; ids of devices are not.
  const tuples = document.tuples.map(({ activities: _, deviceId: __, ...tuple }) => tuple);
  mustBeSame(readPidf(writePidf(document)), { ...document, tuples });
});

/** As Kamailio writes them, as a phone does, and with all that RFC 4235 knows. */
const DIALOG_INFO_SAMPLES: readonly string[] = [
  `<?xml version="1.0"?><dialog-info xmlns="urn:ietf:params:xml:ns:dialog-info" version="3" state="full" entity="sip:romeo@example.net">
   <dialog id="a84b4c76" call-id="a84b4c76" direction="initiator"><state>confirmed</state></dialog></dialog-info>`,
  `<dialog-info xmlns='urn:ietf:params:xml:ns:dialog-info' version='0000000002' state='partial' entity='sips:romeo@example.net:5061'>
   <dialog id='1' direction='recipient'><state event='rejected' code='486'>terminated</state></dialog><dialog id='2'><state>early</state></dialog></dialog-info>`,
  `<d:dialog-info xmlns:d='urn:ietf:params:xml:ns:dialog-info' version='1' state='full' entity='sip:romeo@example.net'><d:dialog id='as7d900as8'
   call-id='c' local-tag='l' remote-tag='r' direction='recipient'><d:state event='replaced'>confirmed</d:state><d:duration>274</d:duration>
   <d:local><d:identity display='Romeo'>sip:romeo@example.net</d:identity><d:target uri='sip:romeo@pc33'><d:param pname='+sip.rendering'
   pval='no'/></d:target></d:local><d:remote><d:identity>sip:juliet@example.org</d:identity></d:remote></d:dialog></d:dialog-info>`,
];

const dialogInfo = textTarget('dialog-info', DIALOG_INFO_SAMPLES, (text) => {
  const info = readDialogInfo(text);
  if (info === undefined) return;
  if (info.dialogs.length > 64 || info.dialogs.some(({ id }) => id.length > 255))
    throw new Error('unbounded');
  if (info.version !== undefined && !Number.isSafeInteger(info.version)) throw new Error('no version');
});

export const PARSER_TARGETS: readonly Target[] = [
  sip,
  sipStream,
  sdp,
  xml,
  xmlStream,
  msrp,
  pidf,
  dialogInfo,
];
