export * from './element.ts';
