/**
 * Parts of a multipart body. RFC 2046 §5.1, RFC 5621 §3.
 */
export interface BodyPart {
  readonly contentType: string;
  /** First word of its Content-Disposition, in lower case; empty when it has none. */
  readonly disposition: string;
  readonly content: string;
}

const BOUNDARY = /;\s*boundary\s*=\s*(?:"([^"]+)"|([^\s;]+))/i;
/** RFC 2046 §5.1.1. */
const BOUNDARY_MAX = 70;
const PARTS_MAX = 32;

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** Media type in lower case, without parameters. */
export function mediaType(contentType: string): string {
  const end = contentType.indexOf(';');
  return (end === -1 ? contentType : contentType.slice(0, end)).trim().toLowerCase();
}

/** Value of a header of the part, unfolded. */
const headerIn = (head: string, name: string): string | undefined =>
  new RegExp(`^${name}[ \\t]*:([^\\r\\n]*(?:\\r?\\n[ \\t][^\\r\\n]*)*)`, 'im')
    .exec(head)?.[1]
    ?.replace(/\s+/g, ' ')
    .trim();

function partOf(text: string): BodyPart | undefined {
  const blank = /\r?\n\r?\n/.exec(text);
  if (blank === null) return undefined;
  const head = text.slice(0, blank.index);
  return {
    contentType: headerIn(head, 'content-type') ?? 'text/plain',
    disposition: mediaType(headerIn(head, 'content-disposition') ?? ''),
    content: text.slice(blank.index + blank[0].length),
  };
}

/** The parts, at most 32, in order; none when the body is no multipart body. */
export function partsOf(contentType: string, content: string): readonly BodyPart[] {
  const match = BOUNDARY.exec(contentType);
  const boundary = match?.[1] ?? match?.[2] ?? '';
  if (boundary === '' || boundary.length > BOUNDARY_MAX) return [];
  const delimiter = new RegExp(`\\r?\\n--${escaped(boundary)}(--)?[ \\t]*(?=\\r?\\n|$)`, 'g');
  const text = `\r\n${content}`;
  const parts: BodyPart[] = [];
  let start: number | undefined;
  for (const { index, 0: whole, 1: close } of text.matchAll(delimiter)) {
    const part = start === undefined ? undefined : partOf(text.slice(start, index));
    if (part !== undefined) parts.push(part);
    if (close !== undefined || parts.length === PARTS_MAX) return parts;
    start = index + whole.length;
  }
  // The last delimiter is missing: the part ends with the body.
  const last = start === undefined ? undefined : partOf(text.slice(start));
  return last === undefined ? parts : [...parts, last];
}
