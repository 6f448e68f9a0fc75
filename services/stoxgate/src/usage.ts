import { readFileSync } from 'node:fs';

const manifest = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
  version: string;
};

export const VERSION = manifest.version;

export const USAGE = `stoxgate ${VERSION} joins SIP and XMPP: calls, messages and presence, both ways.

Usage: npx stoxgate [ROLE] [--config FILE] [options]
       npx stoxgate phone-state URI STATE [--config FILE]
       npx stoxgate phone-accounts import FILE [--config FILE]
       npx stoxgate phone-accounts remove URI… [--config FILE]
       npx stoxgate doctor [--config FILE] [--json]

Roles:
  all            everything in this process (default)
  sip-edge       the SIP side            ┐
  xmpp-edge      the XMPP side           │
  translator     protocol rules          │ one or more processes each,
  session-store  timers of the sessions  │ joined by NATS and Redis
  media-edge     media relays (optional) │
  msrp-edge      chats (optional)        │
  bosh-edge      phones (optional)       ┘

Before or beside a gateway that runs:
  doctor          looks at all that the configuration names, and says what to change

To a gateway that runs:
  phone-state     what a phone is: online, onthephone, offline …
  phone-accounts  accounts in which that is shown

Options:
  --config FILE   YAML configuration; config.example.yaml is one to begin with
  --check-config  only check it, and tell every problem
  --print-config  only show the values in force, without secrets
  --json          of doctor: one JSON object a line
  --version       show the version
  --help          show this

Every key can also come from the environment: sip.listen_port is STOXGATE_SIP__LISTEN_PORT.
SIGTERM drains, a second one ends at once. Exit codes: 0 clean, 1 failed, 2 bad usage or configuration.
`;
