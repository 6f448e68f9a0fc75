export * from './policy.ts';
export { readPidf } from './presence/pidf-read.ts';
export { writePidf } from './presence/pidf-write.ts';
export { readDialogInfo } from './published/dialog-info.ts';
export * from './runner.ts';
export * from './service.ts';
export * from './session.ts';
export * from './step.ts';
