export * from './memory.ts';
export * from './nats.ts';
export * from './port.ts';
