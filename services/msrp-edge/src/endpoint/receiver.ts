/**
 * SENDs and REPORTs of a bound session: chunks into messages, and what each is answered with. RFC 4975 §7.2, §7.3.
 */
import type { EventOf, SipBody } from '@stoxgate/contracts';
import { decodeUtf8, type MsrpRequest, type Reassembled } from '@stoxgate/wire-msrp';
import { acceptsType } from '@stoxgate/wire-sdp';
import type { Session } from './session.ts';

type Received = EventOf<'msrp.message.received'>;

/** What a SEND is answered with: at once, or when its message has been passed on. */
export type Answer = { readonly code: number } | { readonly event: Received };

const STATUS: Readonly<Record<Exclude<Reassembled['type'], 'complete'>, number>> = {
  more: 200,
  aborted: 200,
  'too-large': 413,
  forgotten: 413,
  full: 423,
};

/** Takes a chunk of a session. */
export function receive<Origin>(session: Session<Origin>, request: MsrpRequest, now: number): Answer {
  const { messageId = '', contentType, wantsSuccessReport: wantsReport, failureReport } = request;
  const hasContent = contentType !== undefined && request.body !== undefined && messageId !== '';
  if (!hasContent && request.flag !== '#') return { code: 200 };
  if (hasContent && session.acceptTypes.length > 0 && !acceptsType(session.acceptTypes, contentType)) {
    return { code: 415 };
  }
  const taken = session.reassembly.take(request, now);
  if (taken.type !== 'complete') return { code: STATUS[taken.type] };
  const { bytes } = taken;
  return {
    event: {
      type: 'msrp.message.received',
      session: session.id,
      message: messageId,
      body: bodyOf(contentType ?? '', bytes),
      bytes: bytes.length,
      wantsReport,
      failureReport,
    },
  };
}

function bodyOf(contentType: string, bytes: Uint8Array): SipBody {
  const text = decodeUtf8(bytes);
  return text === undefined
    ? { contentType, content: Buffer.from(bytes).toString('base64'), encoding: 'base64' }
    : { contentType, content: text, encoding: 'utf8' };
}

/** What a REPORT says of a message of ours; undefined: nothing yet, or it is of none that waits for one. */
export function reported<Origin>(
  session: Session<Origin>,
  { messageId = '', status, byteRange }: MsrpRequest,
): EventOf<'msrp.message.delivered'> | EventOf<'msrp.message.failed'> | undefined {
  const outgoing = session.reportOf(messageId);
  if (outgoing === undefined || status === undefined) return undefined;
  const { name, bytes, reported: coverage } = outgoing;
  const about = { session: session.id, message: name };
  if (status.code !== 200) {
    session.forgetReport(messageId);
    return { type: 'msrp.message.failed', ...about, cause: 'refused', status: status.code };
  }
  coverage.add(byteRange.start - 1, Math.min(byteRange.end ?? bytes.length, bytes.length), 64);
  if (!coverage.covers(bytes.length)) return undefined;
  session.forgetReport(messageId);
  return { type: 'msrp.message.delivered', ...about };
}
