/**
 * The page's one object for the test.
 */
import { Caller } from './caller.ts';

declare global {
  interface Window {
    caller?: Caller;
  }
}

window.caller = new Caller();
