export * from './config/schema.ts';
export * from './metrics.ts';
export * from './service.ts';
export * from './span.ts';
export * from './telemetry.ts';
export * from './traceparent.ts';
