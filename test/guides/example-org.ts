/**
 * The XMPP server that the guides to SIP servers take for there: that of `prosody.md`, with alice.
 */
import { type Prosody, startProsody } from '@stoxgate/testkit';

/** `example.org`, where alice's password is `wonderland`, and the component as the guides configure it. */
export const startExampleOrg = (): Promise<Prosody> =>
  startProsody({
    host: 'example.org',
    accounts: { alice: 'wonderland' },
    components: { 'sip.example.org': 'change-me' },
  });
