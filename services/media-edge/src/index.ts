export { type MediaEdge, startMediaEdge } from './service.ts';
