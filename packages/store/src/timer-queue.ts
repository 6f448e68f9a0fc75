import type { DueTimer } from './port.ts';

/** One timer of one session in memory. */
export interface QueuedTimer extends DueTimer {
  /** When it may be handed out: `dueAt`, or the end of a lease. */
  at: number;
  /** False once cleared; it leaves the heap later. */
  live: boolean;
}

const COMPACT_AT = 1024;

/** A binary heap by `at`. Clearing marks only; the heap is rebuilt when more than half of it is cleared. */
export class TimerQueue {
  #heap: QueuedTimer[] = [];
  #cleared = 0;

  /** Timers held, cleared ones included. */
  get size(): number {
    return this.#heap.length;
  }

  add(timer: QueuedTimer): void {
    this.#heap.push(timer);
    this.#up(this.#heap.length - 1);
  }

  clear(timer: QueuedTimer): void {
    timer.live = false;
    this.#cleared++;
    if (this.#cleared < COMPACT_AT || this.#cleared * 2 < this.#heap.length) return;
    this.#heap = this.#heap.filter(({ live }) => live);
    this.#cleared = 0;
    // A heap again from the bottom up, in linear time: sorting very many would stop everything for long.
    for (let parent = (this.#heap.length >> 1) - 1; parent >= 0; parent--) this.#down(parent);
  }

  /** The timer with the least `at`. */
  first(): QueuedTimer | undefined {
    for (;;) {
      const top = this.#heap[0];
      if (top === undefined || top.live) return top;
      this.#cleared--;
      this.#shift();
    }
  }

  /** Takes the first timer out if it may be handed out at `now`. */
  takeDue(now: number): QueuedTimer | undefined {
    const top = this.first();
    return top !== undefined && top.at <= now ? this.#shift() : undefined;
  }

  #shift(): QueuedTimer | undefined {
    const top = this.#heap[0];
    const last = this.#heap.pop();
    if (last !== undefined && this.#heap.length > 0) {
      this.#heap[0] = last;
      this.#down(0);
    }
    return top;
  }

  #up(from: number): void {
    for (let child = from; child > 0; ) {
      const parent = (child - 1) >> 1;
      if (this.#at(parent) <= this.#at(child)) return;
      this.#swap(parent, child);
      child = parent;
    }
  }

  #down(from: number): void {
    for (let parent = from; ; ) {
      const left = 2 * parent + 1;
      const least = this.#at(left + 1) < this.#at(left) ? left + 1 : left;
      if (this.#at(parent) <= this.#at(least)) return;
      this.#swap(parent, least);
      parent = least;
    }
  }

  #at(index: number): number {
    return this.#heap[index]?.at ?? Number.POSITIVE_INFINITY;
  }

  #swap(a: number, b: number): void {
    const first = this.#heap[a];
    const second = this.#heap[b];
    if (first === undefined || second === undefined) return;
    this.#heap[a] = second;
    this.#heap[b] = first;
  }
}
