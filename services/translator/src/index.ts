export * from './session.ts';
export * from './step.ts';
