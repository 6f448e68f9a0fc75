/**
 * The BOSH edge as a service: requests to connection managers, which are commands, and what they answer.
 */
import type { RunningService, ServiceContext } from '@stoxgate/runtime';

export type BoshEdge = RunningService;

/** Starts an edge. Rejects when the bus does not answer. */
export async function startBoshEdge(context: ServiceContext): Promise<BoshEdge> {
  return {
    name: 'bosh-edge',
    readiness: () => ({ bosh: context.bus.fault() }),
    drain: async () => {},
    stop: async () => {},
  };
}
