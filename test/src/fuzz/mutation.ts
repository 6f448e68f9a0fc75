/**
 * Chance that repeats, and what it does to texts and values.
 */
export type Below = (limit: number) => number;

/** xorshift32: whole numbers from 0 up to and without the limit, the same for the same seed. */
export function chance(seed: number): Below {
  let state = (seed ^ 0x9e3779b9) | 1;
  return (limit) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % Math.max(1, limit);
  };
}

export const pick = <Item>(items: readonly Item[], below: Below): Item => {
  const item = items[below(items.length)];
  if (item === undefined) throw new Error('nothing to pick from');
  return item;
};

/** What parsers trip over. */
const SPICES: readonly string[] = [
  ...[
    '\r\n',
    '\r',
    '\n',
    '\r\n ',
    '\r\n\r\n',
    '\0',
    '"',
    '\\',
    '<',
    '>',
    ',',
    ';',
    ':',
    '@',
    '=',
    '%',
    '%00',
  ],
  ...[
    "'",
    '/',
    '/>',
    '</',
    '&',
    '&amp;',
    '&#0;',
    '&lt',
    '<![CDATA[',
    ']]>',
    '<!--',
    '<?',
    '<!DOCTYPE a>',
    'xmlns=',
  ],
  ...[
    '\t',
    ' ',
    '  ',
    'ü',
    '🐎',
    '\ud800',
    '\ufeff',
    '\u202e',
    '[',
    ']',
    '?',
    '*',
    '(',
    ')',
    '|',
    '-1',
    '0',
    '1e9',
  ],
  ...['4294967296', '99999999999999999999', '__proto__', 'constructor', 'z9hG4bK', ';;', '::1', '0.0.0.0'],
  ...[
    'a=',
    'm=audio 0 RTP/AVP',
    'c=IN IP6 ::',
    'a=candidate:',
    'a=fmtp:',
    'a=group:BUNDLE',
    'a=mid:',
    'a=ssrc:',
  ],
];

const REPEATED_MAX = 3000;

function onePiece(text: string, others: readonly string[], below: Below): string {
  switch (below(8)) {
    case 0:
      return String.fromCharCode(below(256));
    case 1: {
      const other = pick(others, below);
      const from = below(other.length);
      return other.slice(from, from + below(80));
    }
    case 2: {
      const from = below(text.length);
      return text.slice(from, from + below(40));
    }
    case 3:
      return pick(SPICES, below).repeat(below(40) === 0 ? below(REPEATED_MAX) : 1 + below(3));
    default:
      return pick(SPICES, below);
  }
}

/** A text with one to three pieces taken out, put in, repeated, or taken from others. */
export function mutateText(text: string, others: readonly string[], below: Below): string {
  let mutated = text;
  for (let i = 0; i <= below(3); i++) {
    const at = below(mutated.length + 1);
    const removed = below(3) === 0 ? below(60) : below(3);
    const inserted = below(4) === 0 ? '' : onePiece(mutated, others, below);
    mutated = mutated.slice(0, at) + inserted + mutated.slice(at + removed);
  }
  return mutated;
}

type Json = null | boolean | number | string | Json[] | { [name: string]: Json };

/** Every text and number in a value, as its place and a way to change it. */
function leavesOf(
  value: Json,
  set: (changed: Json) => void,
  leaves: { value: Json; set: typeof set }[],
): void {
  if (Array.isArray(value)) {
    value.forEach((item, at) => {
      leavesOf(item, (changed) => (value[at] = changed), leaves);
    });
    if (value.length > 0) {
      leaves.push({ value: null, set: () => void value.splice(leaves.length % value.length, 1) });
      leaves.push({ value: null, set: () => void value.push(structuredClone(value[0] ?? null)) });
    }
  } else if (typeof value === 'object' && value !== null) {
    for (const [name, item] of Object.entries(value)) {
      leavesOf(item, (changed) => (value[name] = changed), leaves);
    }
  } else {
    leaves.push({ value, set });
  }
}

/** A copy of a value of JSON in which a text, a number or an item of a list is another one, or missing. */
export function mutateValue<Value>(value: Value, others: readonly string[], below: Below): Value {
  const root = { value: structuredClone(value) as Json };
  const leaves: { value: Json; set: (changed: Json) => void }[] = [];
  leavesOf(root.value, (changed) => (root.value = changed), leaves);
  for (let i = 0; i <= below(2) && leaves.length > 0; i++) {
    const leaf = pick(leaves, below);
    if (typeof leaf.value === 'string') leaf.set(mutateText(leaf.value, others, below));
    else if (typeof leaf.value === 'number')
      leaf.set(pick([0, -1, 1, 2 ** 31, 2 ** 53, leaf.value + 1], below));
    else leaf.set(leaf.value);
  }
  return root.value as Value;
}
