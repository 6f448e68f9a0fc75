/**
 * A guide as data: its sections, and in each the fenced blocks with what their info strings say is to be done with them,
 * such as ```yaml file=stoxgate.yaml.
 */

export interface GuideBlock {
  readonly language: string;
  /** Words of the info string after the language: `file=NAME` is NAME, a word alone is the empty text. */
  readonly does: Readonly<Record<string, string>>;
  /** Of its fence, from 1. */
  readonly line: number;
  readonly text: string;
}

export interface GuideSection {
  /** Its heading; that of the page for what comes before the first other one. */
  readonly heading: string;
  readonly blocks: readonly GuideBlock[];
}

const HEADING = /^#+ (.*)$/;
const FENCE = /^ *```(.*)$/;

function blockOf(info: string, line: number, text: string): GuideBlock {
  const [language = '', ...words] = info.trim().split(/\s+/);
  const does = words.map((word) => {
    const [, name = word, value = ''] = /^([^=]*)=(.*)$/.exec(word) ?? [];
    return [name, value] as const;
  });
  return { language, does: Object.fromEntries(does), line, text };
}

/** The sections of a page, in order. A fence that nothing closes ends with the page. */
export function sectionsOf(markdown: string): readonly GuideSection[] {
  const sections: { heading: string; blocks: GuideBlock[] }[] = [];
  let open: { info: string; line: number; lines: string[] } | undefined;
  const close = (): void => {
    if (open !== undefined)
      sections.at(-1)?.blocks.push(blockOf(open.info, open.line, `${open.lines.join('\n')}\n`));
    open = undefined;
  };
  for (const [index, line] of markdown.split('\n').entries()) {
    const [, info] = FENCE.exec(line) ?? [];
    const [, heading] = HEADING.exec(line) ?? [];
    if (info !== undefined) {
      if (open === undefined) open = { info, line: index + 1, lines: [] };
      else close();
    } else if (open !== undefined) open.lines.push(line);
    else if (heading !== undefined) sections.push({ heading, blocks: [] });
  }
  close();
  return sections;
}
