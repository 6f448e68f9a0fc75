export * from './gateway.ts';
export * from './main.ts';
export * from './roles.ts';
