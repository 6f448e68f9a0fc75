/**
 * Whether datagrams come faster than they are taken. The event loop reads up to 32 of them in a turn and then goes round; as
 * long as turns end before that, the kernel has none left.
 */
const READ_IN_A_TURN = 32;

export class Crowding {
  #inTurn = 0;
  #turns = 0;
  #full = 0;

  /** A datagram was read. */
  read(): void {
    if (this.#inTurn++ === 0) setImmediate(() => this.#endTurn());
  }

  /** Whether most turns since the last call were full. */
  take(): boolean {
    const isCrowded = this.#full * 2 > this.#turns;
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
