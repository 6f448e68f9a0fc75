/**
 * Names for values that a flow does not know beforehand: `{tag}` takes the value where the gateway first writes it, and
 * stands for it from there on. `…` matches anything.
 */
const NAME = /\{([a-z][a-z0-9-]*)\}|…/g;
const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

export class Bindings {
  readonly #values = new Map<string, string>();

  /** Puts values in place of names. Throws when a name has none yet. */
  fill(text: string): string {
    return text.replace(NAME, (whole, name: string | undefined) => {
      if (name === undefined) return whole;
      const value = this.#values.get(name);
      if (value === undefined) throw new Error(`{${name}} has no value yet`);
      return value;
    });
  }

  /** Whether `actual` is as `pattern` says; names without a value take theirs from it. */
  matches(pattern: string, actual: string): boolean {
    const fresh: string[] = [];
    let source = '';
    let last = 0;
    for (const match of pattern.matchAll(NAME)) {
      source += escaped(pattern.slice(last, match.index));
      last = match.index + match[0].length;
      const name = match[1];
      const known = name === undefined ? undefined : this.#values.get(name);
      if (known !== undefined) source += escaped(known);
      else if (name === undefined) source += '.*';
      else {
        source += '([^;>\\s"]+)';
        fresh.push(name);
      }
    }
    const found = new RegExp(`^${source}${escaped(pattern.slice(last))}$`, 's').exec(actual);
    if (found === null) return false;
    fresh.forEach((name, index) => {
      this.#values.set(name, found[index + 1] ?? '');
    });
    return true;
  }
}
