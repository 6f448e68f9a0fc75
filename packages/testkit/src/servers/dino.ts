/**
 * Dino, a real XMPP client, on a desktop that nobody sees. It takes its account from its own database and finds its server
 * by names that only it can resolve; a host under `.onion` is one whose certificate it takes although it does not know who
 * signed it.
 */
import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type Child, startChild } from './child-process.ts';
import { type Desktop, PYTHON, startDesktop } from './desktop.ts';
import { until } from './until.ts';

const run = promisify(execFile);

export interface DinoOptions {
  /** Bare JID under `.onion`. */
  readonly jid: string;
  readonly password: string;
  readonly clientPort: number;
  /** Bare JID of the chat that is open. */
  readonly contact: string;
  /** Of the beeps that are its microphone. */
  readonly toneHz: number;
}

export interface Dino extends Pick<Desktop, 'press' | 'hears'> {
  /** The end of what it printed, its stream among it. */
  output(): string;
  stop(): Promise<void>;
}

const START_MS = 20_000;
const ONLINE = /XMPP OUT .*\n<\S*:presence/;

/** The table that a first start makes last. */
const HAS_TABLES = `
import sqlite3, sys
db = sqlite3.connect('file:' + sys.argv[1] + '?mode=ro', uri=True)
for table in ('account', 'jid', 'conversation', 'call'): db.execute('select 1 from ' + table)
`;

const ACCOUNT = `
import sqlite3, sys
file, jid, password, contact = sys.argv[1:]
db = sqlite3.connect(file)
db.execute("insert into account (bare_jid, resourcepart, password, enabled) values (?, 'dino', ?, 1)", (jid, password))
db.execute("insert into jid (bare_jid) values (?)", (contact,))
db.execute("""insert into conversation (account_id, jid_id, active, last_active, type, encryption, notification, send_typing, send_marker)
  select account.id, jid.id, 1, strftime('%s'), 0, 0, 0, 0, 0 from account, jid where jid.bare_jid = ?""", (contact,))
db.commit()
`;

const succeeds = (args: readonly string[]): Promise<boolean> =>
  run(PYTHON, [...args], { timeout: START_MS }).then(
    () => true,
    () => false,
  );

async function namesOf(directory: string, { jid, clientPort }: DinoOptions): Promise<Record<string, string>> {
  const host = jid.split('@')[1] ?? '';
  const [hosts, records] = [join(directory, 'hosts'), join(directory, 'records')];
  await writeFile(hosts, `127.0.0.1 ${host}\n`);
  await writeFile(records, `A ${host} 127.0.0.1\nSRV _xmpp-client._tcp.${host} ${host} ${clientPort}\n`);
  return {
    LD_PRELOAD: 'libnss_wrapper.so:libresolv_wrapper.so',
    NSS_WRAPPER_HOSTS: hosts,
    RESOLV_WRAPPER_HOSTS: records,
  };
}

/** Starts Dino, logged in and with a chat open. Debian packages: those named in `setup/prerequisites.mjs`. */
export async function startDino(options: DinoOptions): Promise<Dino> {
  const desktop = await startDesktop(options);
  let child: Child | undefined;
  const stop = async (): Promise<void> => {
    await child?.stop();
    await desktop.stop();
  };
  try {
    const env = {
      ...desktop.env,
      ...(await namesOf(desktop.directory, options)),
      GSK_RENDERER: 'cairo',
      GDK_BACKEND: 'x11',
      G_MESSAGES_DEBUG: 'libdino,rtp,ice',
    };
    const start = (): Child => startChild({ command: 'dino-im', args: ['--print-xmpp=all'], env });
    child = start();
    const database = join(desktop.env.XDG_DATA_HOME ?? '', 'dino', 'dino.db');
    await until('no database of Dino', () => succeeds(['-c', HAS_TABLES, database]), START_MS);
    await child.stop();
    const account = [options.jid, options.password, options.contact];
    await run(PYTHON, ['-c', ACCOUNT, database, ...account], { timeout: START_MS });
    child = start();
    const { output } = child;
    await until('Dino is not online', async () => ONLINE.test(output()), START_MS);
    return { press: desktop.press, hears: desktop.hears, output, stop };
  } catch (cause) {
    await stop();
    throw cause;
  }
}
