import type { XmlElement } from '@stoxgate/contracts';
import { elementsOf, NS } from '@stoxgate/wire-xmpp';
import type { WireFault } from './wire.ts';

/** Conditions that name what is wrong; the others have the stream tried again. RFC 6120 §4.9.3. */
const CONDITIONS: Readonly<Record<string, WireFault | 'replaced'>> = {
  conflict: 'replaced',
  'host-unknown': 'address',
  'host-gone': 'address',
  'improper-addressing': 'address',
  'system-shutdown': 'shutdown',
  'policy-violation': 'shutdown',
  'resource-constraint': 'shutdown',
};

/** The meaning of a stream error; that of one that took our resource is for those who have one. */
export function streamError(error: XmlElement): WireFault | 'replaced' {
  const condition = elementsOf(error).find(({ attrs }) => attrs.xmlns === NS.STREAM_ERROR)?.name;
  const known = condition !== undefined && Object.hasOwn(CONDITIONS, condition);
  return (known ? CONDITIONS[condition] : undefined) ?? 'ended';
}

/** Its meaning before there was a login. */
export function streamFault(error: XmlElement): WireFault {
  const fault = streamError(error);
  return fault === 'replaced' ? 'ended' : fault;
}
