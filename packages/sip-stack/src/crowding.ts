/**
 * Whether datagrams come faster than they are taken. The event loop reads up to 32 of them in a turn and then goes round; as
 * long as turns end before that, the kernel has none left.
 */
const READ_IN_A_TURN = 32;
/**
 * Of the turns, so many are full where there is more than can be taken. Fewer are in a busy hour: what came while memory was
 * tidied up fills some, and half of them when two thirds of what can be taken comes.
 */
const FULL_SHARE = 7 / 8;

export class Crowding {
  #inTurn = 0;
  #turns = 0;
  #full = 0;

  /** A datagram was read. */
  read(): void {
    if (this.#inTurn++ === 0) setImmediate(() => this.#endTurn());
  }

  /** Whether hardly a turn since the last call was not full. */
  take(): boolean {
    const isCrowded = this.#turns > 0 && this.#full >= FULL_SHARE * this.#turns;
    this.#turns = 0;
    this.#full = 0;
    return isCrowded;
  }

  #endTurn(): void {
    this.#turns++;
    if (this.#inTurn >= READ_IN_A_TURN) this.#full++;
    this.#inTurn = 0;
  }
}
