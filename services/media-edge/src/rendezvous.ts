import { deriveHex } from '@stoxgate/contracts';

/**
 * Relays for a call, the one that should have it first: each process finds the same order without asking, and when a
 * relay goes away only its calls go elsewhere.
 */
export const rendezvous = <Relay extends { readonly name: string }>(
  call: string,
  relays: readonly Relay[],
): readonly Relay[] =>
  relays
    .map((relay) => ({ relay, weight: deriveHex(`${relay.name}\n${call}`, 8) }))
    .sort((a, b) => (a.weight < b.weight ? 1 : a.weight > b.weight ? -1 : 0))
    .map(({ relay }) => relay);
