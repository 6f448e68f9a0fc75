export {
  type BusProcedures,
  busProcedures,
  type DeliveryProcedures,
} from './bus-procedures.ts';
export { type Patience, Peer, type Procedures } from './peer.ts';
export { threadBus } from './thread-bus.ts';
export { type StoreProcedures, storeProcedures, threadStore } from './thread-store.ts';
