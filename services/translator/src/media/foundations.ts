/**
 * ICE foundations. Jingle once knew only bytes, SDP wants up to 32 letters: each side gets a form it can take, and
 * within one call the same foundation always gets the same form. XEP-0176 §5.3, RFC 8839 §5.1.
 */
import type { FoundationTable } from './media-state.ts';

export const noFoundations: FoundationTable = { fromSip: [], fromXmpp: [] };

/** Start of the names we make up; a peer's own that starts so is renamed too, so that none ever collides. */
const OWN = 'stox/';

/** The tables of a call, open for new entries. */
export interface Foundations {
  /** Integer for a foundation from SIP: its own if it is a free byte, else the next free, from 0. */
  toJingle(foundation: string): number;
  /** Foundation from Jingle as SDP can take it. */
  toSdp(foundation: string): string;
  table(): FoundationTable;
}

export function openFoundations(table: FoundationTable): Foundations {
  let maps: ReturnType<typeof mapsOf> | undefined;
  let next = 0;
  // Without ICE no foundation is met.
  const opened = () => {
    maps ??= mapsOf(table);
    return maps;
  };
  return {
    toJingle(foundation) {
      const { fromSip, used } = opened();
      const known = fromSip.get(foundation);
      if (known !== undefined) return known;
      const own = /^(?:0|[1-9]\d{0,2})$/.test(foundation) ? Number(foundation) : 256;
      while (used.has(next)) next += 1;
      const chosen = own < 256 && !used.has(own) ? own : next;
      used.add(chosen);
      fromSip.set(foundation, chosen);
      return chosen;
    },
    toSdp(foundation) {
      if (/^[A-Za-z0-9+/]{1,32}$/.test(foundation) && !foundation.startsWith(OWN)) return foundation;
      const { fromXmpp } = opened();
      const chosen = fromXmpp.get(foundation) ?? `${OWN}${fromXmpp.size}`;
      fromXmpp.set(foundation, chosen);
      return chosen;
    },
    table: () => (maps === undefined ? table : { fromSip: [...maps.fromSip], fromXmpp: [...maps.fromXmpp] }),
  };
}

function mapsOf({ fromSip, fromXmpp }: FoundationTable) {
  const numbers = new Map(fromSip);
  return { fromSip: numbers, fromXmpp: new Map(fromXmpp), used: new Set(numbers.values()) };
}
