/**
 * The form of a text that not everybody reads: HTML (XEP-0071), or the text in all its languages (RFC 6121 §5.2.3) as
 * alternatives (RFC 2046 §5.1.4).
 */
import { deriveHex, type SipBody } from '@stoxgate/contracts';
import type { TranslatorPolicy } from '../policy.ts';
import type { Input } from '../step.ts';
import { HTML, PLAIN } from './message-parts.ts';
import { isLanguageTag } from './message-request.ts';
import type { PairSession } from './pair-session.ts';
import { abilitiesAt } from './pair-turn.ts';
import type { TextFromStanza, Translation } from './stanza-content.ts';
import { htmlOf } from './xhtml.ts';

export const ALTERNATIVES = 'multipart/alternative';

const partOf = ({ text, lang }: Translation): string =>
  [
    `Content-Type: ${PLAIN}`,
    ...(lang !== undefined && isLanguageTag(lang) ? [`Content-Language: ${lang}`] : []),
    '',
    text,
  ].join('\r\n');

/** The last of the alternatives is the one that is meant where a reader does not choose by language. */
function inLanguages({ text, lang, translations = [] }: TextFromStanza, boundary: string): SipBody {
  const own = { text, ...(lang === undefined ? {} : { lang }) };
  const parts = [...translations, own].map((one) => `--${boundary}\r\n${partOf(one)}\r\n`);
  return {
    contentType: `${ALTERNATIVES};boundary=${boundary}`,
    content: `${parts.join('')}--${boundary}--\r\n`,
    encoding: 'utf8',
  };
}

/** What is sent instead of the plain text, as far as the SIP side is not known to refuse it; undefined: nothing is. */
export function richForm(
  policy: TranslatorPolicy,
  session: PairSession,
  input: Input,
  content: TextFromStanza,
): SipBody | undefined {
  const { html, alternatives } = abilitiesAt(session, input.now);
  if (policy.sendHtml && html === true && content.html !== undefined) {
    const document = htmlOf(content.html);
    if (document !== undefined) return { contentType: HTML, content: document, encoding: 'utf8' };
  }
  const isTold = policy.languages === 'all' && content.translations !== undefined && alternatives !== false;
  return isTold ? inLanguages(content, `stox-${deriveHex(`${input.eventId} parts`, 8)}`) : undefined;
}
