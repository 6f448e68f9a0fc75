/**
 * Who takes part in a simulated call, and its one sid and Call-ID.
 */
export const SID = 'sid-1';
export const ALICE = 'alice@example.org/phone';
export const BOBS = ['bob@example.org/desk', 'bob@example.org/tablet'] as const;
export const KATE = 'kate@example.org/desk';
export const TO_SIP = 'romeo@example.net';
export const FROM_SIP = 'juliet@example.net/sip';

/** The item that `n` stands for. */
export const pick = <Item>(items: readonly Item[], n: number): Item => items[n % items.length] as Item;
