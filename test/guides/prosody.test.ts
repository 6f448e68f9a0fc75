/** docs/guides/prosody.md. */
import { testXmppServerGuide } from './xmpp-server.ts';

const CONFIG = '/etc/prosody/prosody.cfg.lua';

testXmppServerGuide('prosody', 'Prosody', {
  paths: ['/etc/prosody', '/var/lib/prosody', '/run/prosody'],
  instead: {
    'systemctl restart prosody': `prosody -F --config ${CONFIG}`,
    'prosodyctl register': `prosodyctl --config ${CONFIG} register`,
  },
  // Else prosodyctl becomes another user, who cannot read what a test wrote.
  first: { [CONFIG]: 'run_as_root = true\n' },
});
