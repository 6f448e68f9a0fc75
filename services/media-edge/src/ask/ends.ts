import type { MediaEnd, MediaRequest } from '@stoxgate/contracts';

export type RequestOf<Kind extends MediaRequest['kind']> = Extract<MediaRequest, { kind: Kind }>;

/** The end that is not `end`. Ends are also the tags of the two parties at the relay. */
export const otherEnd = (end: MediaEnd): MediaEnd => (end === 'xmpp' ? 'sip' : 'xmpp');

/** Addresses in o= and c= are the relay's, or an end would see those of the other. */
export const REPLACE = ['origin', 'session-connection'] as const;

/** In offers and answers alike; `inject-DTMF` lets digits be played into the media later. */
export const FLAGS = ['trust-address', 'strip-extmap', 'no-rtcp-attribute', 'inject-DTMF'] as const;

/** For a description with ICE: m-lines have names, and candidates may come later. */
export const ICE_FLAGS = ['generate-mid', 'trickle-ICE'] as const;
