export * from './fake-relay.ts';
export * from './open-edge.ts';
