export { isSilence, isTone } from '@stoxgate/testkit';
