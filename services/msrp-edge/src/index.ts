export * from './endpoint/endpoint.ts';
export * from './endpoint/endpoint-options.ts';
export * from './endpoint/endpoint-user.ts';
export * from './endpoint/timing.ts';
export * from './service.ts';
