/**
 * baresip's SIP trace read back as messages with the time they were printed.
 */
import type { Baresip } from './baresip.ts';

export interface TracedMessage {
  readonly at: number;
  readonly sent: boolean;
  /** Request line or status line. */
  readonly startLine: string;
  readonly cseqMethod: string;
  readonly callId: string;
  readonly text: string;
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: the trace colours its messages with ANSI escapes
const MESSAGE = /\u001b\[36;1m#\r?\n(?:UDP|TCP) (\S+) -> (\S+)\r?\n([\s\S]*?)\u001b\[;m/g;

const header = (text: string, name: string): string =>
  new RegExp(`^${name}:[ \\t]*(.*?)\\r?$`, 'im').exec(text)?.[1] ?? '';

/** The growing list of SIP messages that `phone` sends and receives. */
export function traceOf(phone: Baresip): readonly TracedMessage[] {
  const messages: TracedMessage[] = [];
  let pending = '';
  phone.child.onOutput((chunk) => {
    pending += chunk;
    let end = 0;
    for (const match of pending.matchAll(MESSAGE)) {
      const [whole, source = '', , text = ''] = match;
      end = match.index + whole.length;
      messages.push({
        at: Date.now(),
        sent: source === `127.0.0.1:${phone.port}`,
        startLine: text.split(/\r?\n/, 1)[0] ?? '',
        cseqMethod: header(text, 'CSeq').split(' ').at(-1) ?? '',
        callId: header(text, 'Call-ID'),
        text,
      });
    }
    pending = pending.slice(end).slice(-100_000);
  });
  return messages;
}
