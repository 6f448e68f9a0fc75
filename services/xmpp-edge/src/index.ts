export { CAPS_NODE, PHONE_INFO, PHONE_VER } from './identity.ts';
export { startXmppEdge } from './xmpp-edge.ts';
