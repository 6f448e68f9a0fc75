export { examine, reportOf } from './doctor/doctor.ts';
export * from './doctor/findings.ts';
export { realProbes } from './doctor/probes/real-probes.ts';
export * from './gateway.ts';
export * from './main.ts';
export * from './roles.ts';
