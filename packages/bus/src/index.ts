export * from './memory.ts';
export * from './nats.ts';
export { parseNatsUrl } from './nats-url.ts';
export * from './port.ts';
