export * from './address-map.ts';
