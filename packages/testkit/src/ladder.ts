/**
 * Ladder diagrams in plain text: one lifeline a participant, one arrow a message, the time at the left.
 */
export interface LadderArrow {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly from: string;
  readonly to: string;
  readonly text: string;
}

const TIME_WIDTH = 9;
const BOX_PADDING = 2;

const centred = (text: string, width: number): string => {
  const left = Math.floor((width - text.length) / 2);
  return ' '.repeat(left) + text + ' '.repeat(width - text.length - left);
};

/** Columns of the lifelines, wide enough for the longest text between neighbours. */
function columnsOf(participants: readonly string[], arrows: readonly LadderArrow[]): number[] {
  const columns: number[] = [];
  participants.forEach((name, index) => {
    const previous = participants[index - 1];
    if (previous === undefined) {
      columns.push(TIME_WIDTH + Math.ceil(name.length / 2) + BOX_PADDING);
      return;
    }
    const between = arrows.filter(
      ({ from, to }) => (from === previous && to === name) || (from === name && to === previous),
    );
    const text = Math.max(0, ...between.map((arrow) => arrow.text.length + 4));
    const boxes = Math.ceil((previous.length + name.length) / 2) + 2 * BOX_PADDING + 2;
    columns.push((columns.at(-1) ?? 0) + Math.max(text, boxes));
  });
  return columns;
}

const put = (line: string[], column: number, text: string): void => {
  for (const [index, char] of [...text].entries()) line[column + index] = char;
};

/** Draws the diagram; lines joined by LF, no trailing blanks. Arrows of unknown participants are left out. */
export function drawLadder(participants: readonly string[], arrows: readonly LadderArrow[]): string {
  const columns = columnsOf(participants, arrows);
  const width = (columns.at(-1) ?? 0) + Math.ceil((participants.at(-1)?.length ?? 0) / 2) + BOX_PADDING + 2;
  const blank = (): string[] => Array.from({ length: width }, () => ' ');
  const lifelines = (): string[] => {
    const line = blank();
    for (const column of columns) line[column] = '|';
    return line;
  };
  const boxes = (content: (name: string) => string): string => {
    const line = blank();
    participants.forEach((name, index) => {
      const text = content(name);
      put(line, (columns[index] ?? 0) - Math.floor(text.length / 2), text);
    });
    return line.join('').trimEnd();
  };
  const border = boxes((name) => `+${'-'.repeat(name.length + BOX_PADDING)}+`);
  const lines = [border, boxes((name) => `|${centred(name, name.length + BOX_PADDING)}|`), border];
  const start = arrows[0]?.at ?? 0;
  for (const arrow of arrows) {
    const from = columns[participants.indexOf(arrow.from)];
    const to = columns[participants.indexOf(arrow.to)];
    if (from === undefined || to === undefined) continue;
    const [left, right] = from < to ? [from, to] : [to, from];
    const label = lifelines();
    put(label, 0, `${((arrow.at - start) / 1000).toFixed(3)}s`.padStart(TIME_WIDTH - 2));
    put(label, left + 2, arrow.text);
    const shaft = lifelines();
    put(shaft, left + 1, '-'.repeat(right - left - 1));
    shaft[from < to ? right - 1 : left + 1] = from < to ? '>' : '<';
    lines.push(label.join('').trimEnd(), shaft.join('').trimEnd());
  }
  lines.push(lifelines().join('').trimEnd());
  return lines.join('\n');
}
