/**
 * Format parameters: the text of `a=fmtp` and `<parameter/>` elements. XEP-0167 §4; RFC 4733 §2.4.1 (events).
 */
import type { XmlElement } from '@stoxgate/contracts';
import { el } from '@stoxgate/wire-xmpp';

const isEvents = (codec: string): boolean => codec.toLowerCase() === 'telephone-event';

/**
 * Text of `a=fmtp` for the parameters of a payload type: `name=value` joined by `"; "`, the bare value where the
 * name is absent or empty, the bare name where the value is absent. Undefined: no line.
 */
export function fmtpText(parameters: readonly XmlElement[], codec: string): string | undefined {
  const parts: string[] = [];
  for (const { attrs } of parameters) {
    const value = attrs.value?.trim();
    // The event list has no name in SDP, though some clients give it one.
    const name = isEvents(codec) && attrs.name === 'events' ? '' : (attrs.name?.trim() ?? '');
    if (name === '') parts.push(value ?? '');
    else parts.push(value === undefined ? name : `${name}=${value}`);
  }
  const text = parts.filter((part) => part !== '').join('; ');
  return text === '' ? undefined : text;
}

/** `name=value` cut at the first `=`; undefined when there is none or no name before it. */
function pairOf(token: string): { name: string; value: string } | undefined {
  const at = token.indexOf('=');
  return at > 0 ? { name: token.slice(0, at).trim(), value: token.slice(at + 1).trim() } : undefined;
}

const parameter = (name: string, value: string): XmlElement => el('parameter', { name, value });
const unnamed = (text: string): XmlElement => parameter('', text);

const split = (text: string, delimiter: string): string[] =>
  text
    .split(delimiter)
    .map((token) => token.trim())
    .filter((token) => token !== '');

/** Whether every token is a pair with a value that is more than base64 padding (`sprop-parameter-sets=Z0IA,aM4=`). */
const areAllPairs = (tokens: readonly string[]): boolean =>
  tokens.every((token) => /[^=]/.test(pairOf(token)?.value ?? ''));

/**
 * Parameters for the text of `a=fmtp`. One delimiter is in use: `;` where there is one, else `,` if that leaves only
 * pairs. Text without any pair stays one unnamed parameter. The default event list of `telephone-event` needs none.
 */
export function parametersOf(text: string, codec: string): XmlElement[] {
  const whole = text.trim();
  if (isEvents(codec) && (whole === '0-15' || whole === '0-16')) return [];
  const byComma = split(whole, ',');
  let tokens = [whole];
  if (whole.includes(';')) tokens = split(whole, ';');
  else if (areAllPairs(byComma)) tokens = byComma;
  if (!tokens.some((token) => pairOf(token) !== undefined)) return whole === '' ? [] : [unnamed(whole)];
  return tokens.map((token) => {
    const pair = pairOf(token);
    return pair === undefined ? unnamed(token) : parameter(pair.name, pair.value);
  });
}
