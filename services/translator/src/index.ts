export * from './policy.ts';
export * from './session.ts';
export * from './step.ts';
