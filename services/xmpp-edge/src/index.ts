export { startXmppEdge } from './xmpp-edge.ts';
