/** Texts of one generation; two are kept. A busy gateway meets the same addresses several times in every call. */
const GENERATION = 4096;
const LONGEST = 256;

/**
 * Part of a text keeps the whole alive, here a message for each address that was read in one, and is slow to compare with. A copy
 * in one piece is not: what `slice` returns would be part of a text again.
 */
const copyOf = (text: string): string => text.split('').join('');

/**
 * `find`, a pure function, with a memory of its latest answers: look-ups instead of parsing. Bounded; undefined is not
 * remembered, so what is malformed takes no room.
 */
export function remembered<Result>(
  find: (text: string) => Result | undefined,
): (text: string) => Result | undefined {
  let young = new Map<string, Result>();
  let old = new Map<string, Result>();
  return (text) => {
    let result = young.get(text);
    if (result !== undefined) return result;
    if (text.length > LONGEST) return find(text);
    const own = copyOf(text);
    result = old.get(text) ?? find(own);
    if (result === undefined) return result;
    if (young.size >= GENERATION) {
      old = young;
      young = new Map();
    }
    young.set(own, result);
    return result;
  };
}

/** The same for a function of a text and of something that stays, such as the configuration. */
export function rememberedFor<Owner extends object, Result>(
  find: (owner: Owner, text: string) => Result,
): (owner: Owner, text: string) => Result {
  const memories = new WeakMap<Owner, (text: string) => Result | undefined>();
  return (owner, text) => {
    let memory = memories.get(owner);
    if (memory === undefined) {
      memory = remembered((one) => find(owner, one));
      memories.set(owner, memory);
    }
    return memory(text) ?? find(owner, text);
  };
}
