/**
 * Phones shown over the BOSH of Prosody: in one process, in one on NATS and Redis, and with every role its own.
 */
import { testPhones } from './phones-suite.ts';

testPhones('Prosody', ['all', 'all-shared', 'roles']);
