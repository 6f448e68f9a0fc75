export * from './config/schema.ts';
export * from './service.ts';
