/**
 * Groups of contents: `a=group` and `<group/>`. XEP-0338, RFC 5888, RFC 9143 (BUNDLE).
 */
import type { XmlElement } from '@stoxgate/contracts';
import { type Group, isToken, type MediaDescription } from '@stoxgate/wire-sdp';
import { childrenOf, el, NS } from '@stoxgate/wire-xmpp';

/** What maps a member's name on one side to the other; undefined: it has no part in the group. */
type Rename = (name: string) => string | undefined;

const renamed = (members: readonly (string | undefined)[], rename: Rename): string[] => [
  ...new Set(
    members
      .map((name) => (name === undefined ? undefined : rename(name)))
      .filter((name) => name !== undefined),
  ),
];

/** Groups of a `<jingle/>`. Members without an m-line leave; so does a group without members. */
export const groupsFromJingle = (jingle: XmlElement, midOf: Rename): Group[] =>
  childrenOf(jingle, 'group')
    .filter(({ attrs }) => attrs.xmlns === NS.JINGLE_GROUPING && isToken(attrs.semantics ?? ''))
    .map((group) => ({
      semantics: group.attrs.semantics ?? '',
      mids: renamed(
        childrenOf(group, 'content').map(({ attrs }) => attrs.name),
        midOf,
      ),
    }))
    .filter(({ mids }) => mids.length > 0);

/** `<group/>` elements for a `<jingle/>`. Members without a content leave; so does a group without members. */
export const groupsToJingle = (groups: readonly Group[], nameOf: Rename): XmlElement[] =>
  groups
    .map(({ semantics, mids }) => ({ semantics, names: renamed(mids, nameOf) }))
    .filter(({ names }) => names.length > 0)
    .map(({ semantics, names }) =>
      el('group', { xmlns: NS.JINGLE_GROUPING, semantics }, ...names.map((name) => el('content', { name }))),
    );

const isBundle = ({ semantics }: Group): boolean => semantics === 'BUNDLE';

/** What stands first in the BUNDLE group of `media`: it carries the transport of all. Undefined: not bundled. */
export function bundleTag(
  media: MediaDescription,
  all: readonly MediaDescription[],
  groups: readonly Group[],
): MediaDescription | undefined {
  const group = groups.find(
    (each) => isBundle(each) && media.mid !== undefined && each.mids.includes(media.mid),
  );
  return group && all.find(({ mid }) => mid === group.mids[0]);
}
