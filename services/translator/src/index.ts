export * from './policy.ts';
export * from './runner.ts';
export * from './service.ts';
export * from './session.ts';
export * from './step.ts';
