/**
 * Phones shown over the BOSH of ejabberd.
 */
import { testPhones } from './phones-suite.ts';

testPhones('ejabberd', ['all', 'roles']);
