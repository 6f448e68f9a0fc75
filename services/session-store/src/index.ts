export { startSessionStore } from './service.ts';
