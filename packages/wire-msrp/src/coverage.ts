/**
 * Which bytes of a message are there: disjoint intervals, in order.
 */
interface Interval {
  readonly from: number;
  /** Exclusive. */
  readonly to: number;
}

export class Coverage {
  #intervals: readonly Interval[] = [];

  /** Adds [from, to); false when that would need more than `maxGaps` gaps, and nothing is added. */
  add(from: number, to: number, maxGaps: number): boolean {
    if (to <= from) return true;
    const last = this.#intervals.at(-1);
    if (this.#intervals.length === 1 && last?.to === from) {
      this.#intervals = [{ from: last.from, to }];
      return true;
    }
    const apart = this.#intervals.filter((one) => one.to < from || one.from > to);
    const touched = this.#intervals.filter((one) => one.to >= from && one.from <= to);
    const merged = {
      from: Math.min(from, ...touched.map((one) => one.from)),
      to: Math.max(to, ...touched.map((one) => one.to)),
    };
    if (apart.length > maxGaps) return false;
    this.#intervals = [...apart, merged].sort((one, other) => one.from - other.from);
    return true;
  }

  /** Whether all of [0, total) is there. */
  covers(total: number): boolean {
    const [first] = this.#intervals;
    return total === 0 || (first !== undefined && first.from === 0 && first.to >= total);
  }
}
