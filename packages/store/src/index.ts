export * from './memory.ts';
export * from './port.ts';
export * from './redis.ts';
export { parseRedisUrl, type RedisPlace } from './redis-url.ts';
