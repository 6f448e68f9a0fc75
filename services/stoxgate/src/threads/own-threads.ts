import type { ServiceRole } from '../roles.ts';

/** Those that do most beside the translator, the busiest first. */
const APART: readonly ServiceRole[] = ['sip-edge', 'xmpp-edge'];

/** Which services of a process of every role have a thread of their own, by `threads`: 0 is as many as there are cores. */
export function rolesApart(threads: number, cores: number): readonly ServiceRole[] {
  const wanted = threads === 0 ? cores : threads;
  return APART.slice(0, Math.max(0, wanted - 1));
}
