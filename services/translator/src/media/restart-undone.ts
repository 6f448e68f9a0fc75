/**
 * An ICE restart of the SIP party that came to nothing: the XMPP party has heard of it, so its next generation is the
 * transport from before. RFC 8839 §4.4.1.1.1, XEP-0176 §5.7.
 */
import type { XmlElement } from '@stoxgate/contracts';
import { openFoundations } from './foundations.ts';
import { candidateIds } from './ice-candidates.ts';
import type { MediaState } from './media-state.ts';
import { lastRemote } from './own-media.ts';
import { transportContent } from './reoffer-remote.ts';

const MAX_GENERATION = 255;

/** Contents for a transport-info, and the state after it: `before`, counted on from `offered`. None: nothing was told. */
export function restartUndone(
  before: MediaState,
  offered: MediaState,
): { readonly children: readonly XmlElement[]; readonly media: MediaState } {
  const remote = lastRemote(before);
  const foundations = openFoundations(before.foundations);
  const ids = candidateIds(offered.candidateCount);
  const children: XmlElement[] = [];
  const contents = before.contents.map((old, index) => {
    const { generation: told = 0, status } = offered.contents[index] ?? {};
    const line = remote[index];
    if (status !== 'active' || line === undefined || told === (old.generation ?? 0)) return old;
    const state = { ...old, generation: Math.min(told + 1, MAX_GENERATION) };
    children.push(transportContent(line, state, { foundations, nextCandidateId: ids.next }));
    return state;
  });
  const candidateCount = ids.count();
  return { children, media: { ...before, contents, foundations: foundations.table(), candidateCount } };
}
