const COMPACT_AT = 1024;

/** First in, first out, in constant time; an array whose spent head is cut off now and then. */
export class Fifo<Item> {
  #items: (Item | undefined)[] = [];
  #head = 0;
  /** Behind the last: an array that is emptied by its length is given up, and allocated again for the next. */
  #end = 0;

  get size(): number {
    return this.#end - this.#head;
  }

  push(item: Item): void {
    this.#items[this.#end++] = item;
  }

  shift(): Item | undefined {
    if (this.#head === this.#end) return undefined;
    const item = this.#items[this.#head];
    this.#items[this.#head++] = undefined;
    if (this.#head === this.#end) {
      if (this.#end > COMPACT_AT) this.#items = [];
      this.#head = 0;
      this.#end = 0;
    } else if (this.#head >= COMPACT_AT && this.#head * 2 >= this.#end) {
      this.#items = this.#items.slice(this.#head, this.#end);
      this.#end -= this.#head;
      this.#head = 0;
    }
    return item;
  }
}
