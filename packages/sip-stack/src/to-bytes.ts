import type { Encode } from '@stoxgate/wire-sip';

/** Messages share Node's pool of small buffers: no memory of its own for each, while it waits for repetitions too. */
export const toBytes: Encode = (text) => Buffer.from(text);
