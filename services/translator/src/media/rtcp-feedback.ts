/**
 * RTCP feedback: `a=rtcp-fb` and `<rtcp-fb/>`, `<rtcp-fb-trr-int/>`. XEP-0293, RFC 4585 §4.2.
 */
import type { XmlElement } from '@stoxgate/contracts';
import { isToken, MAX_UINT31, type RtcpFeedback, readUint } from '@stoxgate/wire-sdp';
import { childrenOf, el, elementsOf, NS } from '@stoxgate/wire-xmpp';

const TRR_INT = 'trr-int';

/** Words for `<parameter/>` children: `name=value`, or the name alone. Those with blanks inside are left out. */
export const parameterWords = (parent: XmlElement): string[] =>
  childrenOf(parent, 'parameter')
    .map(({ attrs: { name = '', value } }) => (value === undefined ? name : `${name}=${value}`))
    .filter((text) => /^\S+$/.test(text));

/** `<parameter/>` for a word: name and value where it has a `=`, else the name alone. */
export function wordParameter(text: string): XmlElement {
  const at = text.indexOf('=');
  return at > 0
    ? el('parameter', { name: text.slice(0, at), value: text.slice(at + 1) })
    : el('parameter', { name: text });
}

/** Feedback of a `<payload-type/>` (its id) or of the whole `<description/>` (`*`). */
export function feedbackFromJingle(parent: XmlElement, payload: number | '*'): RtcpFeedback[] {
  const found: RtcpFeedback[] = [];
  for (const element of elementsOf(parent)) {
    if (element.attrs.xmlns !== NS.JINGLE_RTP_FEEDBACK) continue;
    const { type, subtype, value } = element.attrs;
    if (element.name === 'rtcp-fb-trr-int') {
      const milliseconds = readUint(value, MAX_UINT31);
      if (milliseconds !== undefined) found.push({ payload, type: TRR_INT, rest: String(milliseconds) });
    } else if (element.name === 'rtcp-fb' && type !== undefined && isToken(type)) {
      const sub = subtype !== undefined && isToken(subtype) ? [subtype] : [];
      const rest = [...sub, ...parameterWords(element)].join(' ');
      found.push({ payload, type, ...(rest === '' ? {} : { rest }) });
    }
  }
  return found;
}

/** Feedback elements of one payload type, or of the whole m-line (`*`). */
export const feedbackToJingle = (feedbacks: readonly RtcpFeedback[], payload: number | '*'): XmlElement[] =>
  feedbacks.filter((feedback) => feedback.payload === payload).map(({ type, rest }) => toElement(type, rest));

function toElement(type: string, rest: string | undefined): XmlElement {
  if (type === TRR_INT) return trrInt(rest ?? '0');
  const [subtype, ...parameters] = rest?.split(' ') ?? [];
  return el('rtcp-fb', { xmlns: NS.JINGLE_RTP_FEEDBACK, type, subtype }, ...parameters.map(wordParameter));
}

const trrInt = (value: string): XmlElement => el('rtcp-fb-trr-int', { xmlns: NS.JINGLE_RTP_FEEDBACK, value });

/** Says that the profile is one with feedback, where nothing else does (XEP-0293 §5). */
export const feedbackProfileMark = (): XmlElement => trrInt('0');
