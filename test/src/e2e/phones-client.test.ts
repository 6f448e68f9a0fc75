/**
 * Phones that log in at Prosody over connections of their own.
 */
import { testPhoneConnections } from './phones-client-suite.ts';

testPhoneConnections('Prosody', [
  ['all', 'WebSocket'],
  ['roles', 'TCP'],
]);
