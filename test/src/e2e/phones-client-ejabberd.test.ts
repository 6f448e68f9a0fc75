/**
 * Phones that log in at ejabberd over connections of their own.
 */
import { testPhoneConnections } from './phones-client-suite.ts';

testPhoneConnections('ejabberd', [['all-shared', 'WebSocket']]);
