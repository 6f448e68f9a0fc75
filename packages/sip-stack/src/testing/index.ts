export * from './open-stack.ts';
export * from './outgoing.ts';
export * from './real-time.ts';
export * from './recording-user.ts';
export * from './tcp-peer.ts';
export * from './test-certificates.ts';
export * from './text-message.ts';
export * from './udp-peer.ts';
