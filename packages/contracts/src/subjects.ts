/**
 * Every subject on the bus is named here and nowhere else.
 */
import type { EdgeId, SessionKey } from './brand.ts';
import { partitionOf } from './partition.ts';

declare const subjectBrand: unique symbol;
export type Subject = string & { readonly [subjectBrand]: true };
const subject = (text: string): Subject => text as Subject;

/** Partitions of the event stream. Fixed for the life of a deployment. */
export const PARTITIONS = 32;

export const EVENT_SUBJECTS = 'stox.evt.>';
export const COMMAND_SUBJECTS = 'stox.cmd.>';

const token = (name: string): string =>
  name.replace(/[^A-Za-z0-9-]/g, (char) => `_${(char.codePointAt(0) ?? 0).toString(16)}_`);

const EVENTS: readonly Subject[] = Array.from({ length: PARTITIONS }, (_, partition) =>
  subject(`stox.evt.${partition}`),
);

/** Where events of one partition go: `stox.evt.7`. */
export const eventSubject = (partition: number): Subject =>
  EVENTS[partition] ?? subject(`stox.evt.${partition}`);

/** Where events of `key` go. */
export const eventSubjectOf = (key: SessionKey): Subject => eventSubject(partitionOf(key, PARTITIONS));

const NAMES_MAX = 1000;

/** `make` with a memory: there are few edges and domains, and each command names one. */
function remembered(make: (name: string) => Subject): (name: string) => Subject {
  const known = new Map<string, Subject>();
  return (name) => {
    let found = known.get(name);
    if (found === undefined) {
      if (known.size >= NAMES_MAX) known.clear();
      found = make(name);
      known.set(name, found);
    }
    return found;
  };
}

/** What subjects of SIP edges begin with. */
export const SIP_EDGE_SUBJECTS = 'stox.cmd.sip.';

/** Commands that must be carried out by the SIP edge that owns the transaction. */
export const sipEdgeSubject: (edge: EdgeId) => Subject = remembered((edge) =>
  subject(`stox.cmd.sip.${token(edge)}`),
);

/** Commands that any SIP edge may carry out: requests that start a transaction. */
export const anySipEdgeSubject = (): Subject => ANY_SIP_EDGE;
const ANY_SIP_EDGE = subject('stox.cmd.sip.any');

/** Whether any process of a role may carry out what comes under `subject`: several share it, each takes some. */
export const isForAny = (subject: Subject): boolean => subject.endsWith('.any');

/** Requests to media relays: any media edge may carry them out. */
export const anyMediaEdgeSubject = (): Subject => ANY_MEDIA_EDGE;
const ANY_MEDIA_EDGE = subject('stox.cmd.media.any');

/** What subjects of MSRP edges begin with. */
export const MSRP_EDGE_SUBJECTS = 'stox.cmd.msrp.';

/** Commands of sessions that live in this MSRP edge. */
export const msrpEdgeSubject: (edge: EdgeId) => Subject = remembered((edge) =>
  subject(`stox.cmd.msrp.${token(edge)}`),
);

/** Sessions to be: any MSRP edge may take one. */
export const anyMsrpEdgeSubject = (): Subject => ANY_MSRP_EDGE;
const ANY_MSRP_EDGE = subject('stox.cmd.msrp.any');

/** Requests to BOSH connection managers, and connections to be: any BOSH edge may take them. */
export const anyBoshEdgeSubject = (): Subject => ANY_BOSH_EDGE;
const ANY_BOSH_EDGE = subject('stox.cmd.bosh.any');

/** What the subjects of all links of `domain` begin with. */
export const xmppLinkSubjects = (domain: string): string =>
  `stox.evt.xmpp-link.${token(domain.toLowerCase())}.`;

/** What is for the link of one edge to `domain`, where a domain has several. Consumed while that is connected. */
export const xmppLinkSubject = (domain: string, edge: EdgeId): Subject =>
  subject(`${xmppLinkSubjects(domain)}${token(edge)}`);

/** What subjects of BOSH edges begin with. */
export const BOSH_EDGE_SUBJECTS = 'stox.cmd.bosh.';

/** Commands of connections that this BOSH edge has. */
export const boshEdgeSubject: (edge: EdgeId) => Subject = remembered((edge) =>
  subject(`stox.cmd.bosh.${token(edge)}`),
);

/** Commands for the link that speaks for `domain` on the XMPP side. */
export const xmppDomainSubject: (domain: string) => Subject = remembered((domain) =>
  subject(`stox.cmd.xmpp.${token(domain.toLowerCase())}`),
);
