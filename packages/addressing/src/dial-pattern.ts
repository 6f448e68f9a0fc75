/**
 * Patterns of dial rules: ECMAScript, from the number's beginning, and none that could take long. A pattern is tried in
 * as many ways as its repetitions, options and alternatives multiply to; the product is bounded, and what repeats holds
 * no choice of its own, so that no number within `MAX_DIALLED` keeps the gateway busy.
 */

/** Longest text that rules are tried on. */
export const MAX_DIALLED = 128;
const MAX_PATTERN = 256;
const MAX_WAYS = 1_000_000;

const SIMPLE = 'use fewer of * + ? {} | and no repetition inside a repeated group';
const QUANTIFIER = /^(?:[*+?]|\{(\d+)(?:(,)(\d*))?\})\??/;

interface Group {
  /** Ways in which the finished branches and the present one can match. */
  ways: number;
  branches: number;
}

interface Repetition {
  readonly length: number;
  readonly ways: number;
  /** Whether the operand comes more than once. */
  readonly isRepeated: boolean;
}

function repetitionAt(rest: string): Repetition | undefined {
  const found = QUANTIFIER.exec(rest);
  if (found === null) return undefined;
  const [text, low, comma, high] = found;
  if (low === undefined) {
    const isOption = text.startsWith('?');
    return { length: text.length, ways: isOption ? 2 : MAX_DIALLED + 1, isRepeated: !isOption };
  }
  const least = Number(low);
  const most = comma === undefined ? least : high === '' || high === undefined ? MAX_DIALLED : Number(high);
  const ways = Math.max(1, Math.min(most, MAX_DIALLED) - least + 1);
  return { length: text.length, ways, isRepeated: most > 1 };
}

/** Length of the one atom that `rest` begins with: an escape, a class, a character. */
function atomLength(rest: string): number {
  if (rest.startsWith('\\'))
    return /^\\(?:[upP]\{[^}]*\}|u[0-9a-f]{4}|x[0-9a-f]{2}|.)/i.exec(rest)?.[0].length ?? 2;
  if (!rest.startsWith('[')) return 1;
  return /^\[(?:\\.|[^\]\\])*\]/.exec(rest)?.[0].length ?? rest.length;
}

/** In how many ways the pattern can be tried, at most; undefined: in too many, or it refers back. */
function waysOf(pattern: string): number | undefined {
  const open: Group[] = [];
  let group: Group = { ways: 1, branches: 1 };
  let at = 0;
  while (at < pattern.length) {
    const rest = pattern.slice(at);
    let inner = 1;
    if (rest.startsWith('(')) {
      open.push(group);
      group = { ways: 1, branches: 1 };
      at += /^\((?:\?(?:[:=!]|<[=!]|<[^>]*>))?/.exec(rest)?.[0].length ?? 1;
      continue;
    }
    if (rest.startsWith('|')) {
      group.branches += 1;
      at += 1;
      continue;
    }
    if (rest.startsWith(')')) {
      inner = group.ways * group.branches;
      group = open.pop() ?? group;
      at += 1;
    } else {
      if (/^\\(?:[1-9]|k)/.test(rest)) return undefined;
      at += atomLength(rest);
    }
    const repetition = repetitionAt(pattern.slice(at));
    if (repetition?.isRepeated === true && inner > 1) return undefined;
    at += repetition?.length ?? 0;
    group.ways *= inner * (repetition?.ways ?? 1);
    if (group.ways > MAX_WAYS) return undefined;
  }
  return group.ways * group.branches;
}

/** The compiled pattern. @throws where `dialRuleProblem` finds something. */
export const compileDialPattern = (match: string): RegExp => new RegExp(`^(?:${match})`, 'u');

/** What is wrong with a rule's pattern or replacement, as half a sentence; undefined: nothing. */
export function dialRuleProblem(match: string, replace = ''): string | undefined {
  if (match.length > MAX_PATTERN) return `is longer than ${MAX_PATTERN} characters`;
  let groups: number;
  try {
    compileDialPattern(match);
    groups = (new RegExp(`${match}|`, 'u').exec('')?.length ?? 1) - 1;
  } catch (error) {
    const cause = error instanceof Error ? error.message.replace(/^.*\/u?: /, '') : String(error);
    return `is no regular expression (${cause})`;
  }
  const ways = waysOf(match);
  if (ways === undefined || ways > MAX_WAYS) return `could take too long on some number; ${SIMPLE}`;
  const missing = [...replace.matchAll(/\$(\d{1,2})/g)].find(([, number]) => Number(number) > groups);
  return missing === undefined ? undefined : `has ${groups} groups, and the replacement names ${missing[0]}`;
}
