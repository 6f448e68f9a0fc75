/**
 * Content names and `a=mid`. XEP-0338, RFC 5888 §4.
 */
import { isToken, type MediaDescription } from '@stoxgate/wire-sdp';

/** `text`, or with as many `_` behind it as it takes to be new; remembers it. */
function unique(text: string, taken: Set<string>): string {
  let name = text;
  while (taken.has(name)) name += '_';
  taken.add(name);
  return name;
}

/** A mid for each content: its name where that is a token and not another's, else `m` and the m-line's index. */
export function midsOf(names: readonly string[]): string[] {
  const own = (name: string, index: number): boolean => isToken(name) && names.indexOf(name) === index;
  const taken = new Set(names.filter(own));
  return names.map((name, index) => (own(name, index) ? name : unique(`m${index}`, taken)));
}

/** A content name for each m-line: its mid where it has one of its own, else `audio`, `video`, `video2` … */
export function namesOf(media: readonly MediaDescription[]): string[] {
  const mids = media.map(({ mid }) => mid);
  const own = (mid: string | undefined, index: number): mid is string =>
    mid !== undefined && mids.indexOf(mid) === index;
  const taken = new Set(mids.filter(own));
  const count = new Map<string, number>();
  return media.map(({ mid, media: kind }, index) => {
    const nth = (count.get(kind) ?? 0) + 1;
    count.set(kind, nth);
    return own(mid, index) ? mid : unique(nth === 1 ? kind : `${kind}${nth}`, taken);
  });
}
