/**
 * Property tests take the same walk each time, so that what fails has failed for a change of ours.
 * `STOXGATE_TEST_SEED` takes another.
 */
import { configureGlobal } from 'fast-check';

configureGlobal({ seed: Number(process.env.STOXGATE_TEST_SEED ?? 20_261_126) });
