/**
 * The gateway that ours replaces: Kamailio's xmpp module, in C, as a component. Debian's build of it ends in a segmentation
 * fault at the first stream header (kamailio#4154): it looks at the byte that a pointer points to where it means the pointer,
 * so a private copy is mended at these places. Figures of it are those of the mended module.
 */
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Child, findBinary, freePort, scratchDirectory, startChild } from '@stoxgate/testkit';
import { COMPONENT, DOMAINS } from './users.ts';

const MODULES = '/usr/lib/x86_64-linux-gnu/kamailio/modules';
const MODULE = join(MODULES, 'xmpp.so');

/** Whether it is installed here. */
export const hasRival = (): boolean => findBinary('kamailio') !== undefined && existsSync(MODULE);

export interface Rival {
  readonly port: number;
  readonly child: Child;
  stop(): Promise<void>;
}

export interface RivalOptions {
  readonly xmppPort: number;
  readonly secret: string;
  /** Where it sends SIP. */
  readonly sipPort: number;
}

/** `cmpb $0,(%rsi)`: it looks at the byte; `test %rsi,%rsi` looks at the pointer. Both are three bytes long. */
const COMPARES_BYTE = [0x80, 0x3e, 0x00];
const TESTS_POINTER = [0x48, 0x85, 0xf6];
/** What loads the pointer in front of it, and the jump behind: `mov` from an array by index, or by itself. */
const PLACES: readonly (readonly [loads: readonly number[], jump: number])[] = [
  [[0x48, 0x8b, 0x74, 0xcd, 0x00], 0x75],
  [[0x48, 0x8b, 0x74, 0xd5, 0x00], 0x75],
  [[0x48, 0x8b, 0x34, 0xcb], 0x75],
  [[0x48, 0x8b, 0x34, 0xd3], 0x75],
  [[0x48, 0x8b, 0x75, 0x00], 0x74],
  [[0x48, 0x8b, 0x33], 0x74],
];
const MENDED = 8;

async function mendedModule(): Promise<Uint8Array> {
  const code = await readFile(MODULE);
  let mended = 0;
  for (const [loads, jump] of PLACES) {
    const place = Buffer.from([...loads, ...COMPARES_BYTE, jump]);
    for (let at = code.indexOf(place); at !== -1; at = code.indexOf(place, at + place.length)) {
      code.set(TESTS_POINTER, at + loads.length);
      mended++;
    }
  }
  if (mended !== MENDED) throw new Error(`${MODULE} is a build that the benchmark cannot mend.`);
  return code;
}

const configOf = (
  directory: string,
  port: number,
  { xmppPort, secret, sipPort }: RivalOptions,
): string => `#!KAMAILIO
debug=1
log_stderror=yes
fork=yes
children=4
listen=udp:127.0.0.1:${port}
disable_tcp=yes
alias="${DOMAINS.sip}"
auto_aliases=no
mpath="${MODULES}/"
${['tm', 'sl', 'rr', 'pv', 'maxfwd', 'textops', 'siputils'].map((name) => `loadmodule "${name}.so"`).join('\n')}
loadmodule "${join(directory, 'xmpp.so')}"
modparam("xmpp", "backend", "component")
modparam("xmpp", "domain_separator", "*")
modparam("xmpp", "gateway_domain", "127.0.0.1:${port}")
modparam("xmpp", "xmpp_domain", "${COMPONENT}")
modparam("xmpp", "xmpp_host", "127.0.0.1")
modparam("xmpp", "xmpp_port", ${xmppPort})
modparam("xmpp", "xmpp_password", "${secret}")
modparam("xmpp", "outbound_proxy", "sip:127.0.0.1:${sipPort}")
request_route {
  if (!mf_process_maxfwd_header("10")) { sl_send_reply("483", "Too Many Hops"); exit; }
  if (!is_method("MESSAGE")) { sl_send_reply("405", "Method Not Allowed"); exit; }
  if (!t_newtran()) { sl_reply_error(); exit; }
  if (xmpp_send_message()) t_reply("202", "Accepted"); else t_reply("500", "Not Sent");
}
`;

export async function startRival(options: RivalOptions): Promise<Rival> {
  const scratch = await scratchDirectory('rival');
  const port = await freePort();
  const config = join(scratch.path, 'kamailio.cfg');
  await writeFile(join(scratch.path, 'xmpp.so'), await mendedModule());
  await writeFile(config, configOf(scratch.path, port, options));
  const child = startChild({
    command: 'kamailio',
    args: ['-f', config, '-DD', '-E', '-m', '1024', '-M', '64', '-Y', scratch.path, '-w', scratch.path],
  });
  return {
    port,
    child,
    stop: async () => {
      await child.stop();
      await scratch.remove();
    },
  };
}
