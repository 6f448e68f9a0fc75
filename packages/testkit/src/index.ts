export * from './servers/child-process.ts';
export * from './servers/free-port.ts';
export * from './servers/nats.ts';
export * from './servers/prosody.ts';
export * from './servers/provider.ts';
export * from './servers/redis.ts';
export * from './servers/sipp.ts';
