/**
 * The presence of an XMPP user as a PIDF document: one tuple for each resource, the most available first. RFC 8048 §6.2
 * table 1, RFC 3863.
 */
import { sipOfUser } from '@stoxgate/addressing';
import type { TranslatorPolicy } from '../policy.ts';
import type { PidfDocument, PidfTuple } from './pidf.ts';
import { contactPriorityOf } from './priority.ts';
import type { ResourcePresence } from './resource-presence.ts';
import { activityOfShow } from './rpid.ts';
import { tupleIdOf } from './tuple-id.ts';

type Switches = Pick<TranslatorPolicy, 'addresses' | 'pidfEntity' | 'rpid'>;

/** Where the resource is; a negative priority MUST NOT be mapped, so it is no address to be tried. */
function contactOf({ addresses }: Switches, user: string, one: ResourcePresence): PidfTuple['contact'] {
  const priority = contactPriorityOf(one.priority);
  if (!one.isOpen || one.resource === '' || priority === undefined) return undefined;
  const sip = sipOfUser(addresses, `${user}/${one.resource}`);
  return sip.ok ? { uri: sip.uri, priority } : undefined;
}

const byAvailability = (one: ResourcePresence, other: ResourcePresence): number =>
  Number(other.isOpen) - Number(one.isOpen) || other.priority - one.priority;

/** The document of these resources of `user`, a bare JID. What a single one says is said of the person. */
export function pidfOfUser(
  policy: Switches,
  user: string,
  resources: readonly ResourcePresence[],
): PidfDocument {
  const sip = sipOfUser(policy.addresses, user);
  const address = sip.ok ? sip.aor.slice('sip:'.length) : user;
  const sorted = resources.toSorted(byAvailability);
  const [first] = sorted;
  const isSingle = sorted.length === 1;
  const activity = policy.rpid ? activityOfShow(first?.show) : undefined;
  return {
    entity: `${policy.pidfEntity}:${address}`,
    tuples: sorted.map((one): PidfTuple => {
      const contact = contactOf(policy, user, one);
      return {
        id: tupleIdOf(one.resource),
        isOpen: one.isOpen,
        ...(one.show && { show: one.show }),
        notes: isSingle ? [] : one.statuses,
        ...(contact && { contact }),
      };
    }),
    notes: isSingle ? (first?.statuses ?? []) : [],
    ...(activity === undefined ? {} : { activities: [activity] }),
  };
}

/** The language of all notes, where they have one in common: Content-Language. */
export function languageOf({ tuples, notes }: PidfDocument): string | undefined {
  const all = [...notes, ...tuples.flatMap((tuple) => tuple.notes)];
  const [first] = all;
  return all.every(({ lang }) => lang === first?.lang) ? first?.lang : undefined;
}
