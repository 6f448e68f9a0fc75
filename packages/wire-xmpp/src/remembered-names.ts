/** The names of all protocols spoken here fit in, those that others make up do not stay. */
const MOST_NAMES = 512;
const LONGEST_NAME = 64;

/** `make`, which asks once for each name: of XML there are few, and each comes again and again. Bounded. */
export function remembered<T>(make: (name: string) => T): (name: string) => T {
  const known = new Map<string, T>();
  return (name) => {
    const before = known.get(name);
    if (before !== undefined) return before;
    const made = make(name);
    if (known.size >= MOST_NAMES) known.clear();
    if (name.length <= LONGEST_NAME) known.set(name, made);
    return made;
  };
}
