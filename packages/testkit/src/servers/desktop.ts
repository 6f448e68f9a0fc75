/**
 * A desktop that nobody sees: an X server, a session bus with its accessibility tree, a sound server.
 */
import { execFile } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type Child, startChild } from './child-process.ts';
import { scratchDirectory } from './scratch-directory.ts';
import { type SoundServer, startSoundServer } from './sound-server.ts';
import { until } from './until.ts';

const run = promisify(execFile);

const PRESS_MS = 10_000;

export interface Desktop extends SoundServer {
  /** Goes with the desktop; HOME is in it. */
  readonly directory: string;
  /** For programs that shall run on it. */
  readonly env: Readonly<Record<string, string>>;
  /**
   * Presses a button called `name`, the first or the one given, as a screen reader would; waits ten seconds until there is
   * one. Hidden ones count.
   */
  press(name: string, which?: number): Promise<void>;
  stop(): Promise<void>;
}

/** Of the system, whatever other Python is on PATH: its packages have pyatspi. */
export const PYTHON = '/usr/bin/python3';

/** Drawn a moment after it is there: until then a button takes a press and does nothing. */
const PRESS = `
import sys, time, pyatspi
found = []
def walk(one):
    if one.getRoleName() == 'push button' and one.name == sys.argv[1]: found.append(one)
    for child in one:
        if child: walk(child)
walk(pyatspi.Registry.getDesktop(0))
which = int(sys.argv[2])
if len(found) < which: sys.exit(1)
time.sleep(0.5)
sys.exit(0 if found[which - 1].queryAction().doAction(0) else 1)
`;

const envOf = (directory: string, display: string): Readonly<Record<string, string>> => ({
  HOME: join(directory, 'home'),
  XDG_RUNTIME_DIR: join(directory, 'run'),
  XDG_DATA_HOME: join(directory, 'home', 'data'),
  XDG_CONFIG_HOME: join(directory, 'home', 'config'),
  XDG_CACHE_HOME: join(directory, 'home', 'cache'),
  DISPLAY: display,
  DBUS_SESSION_BUS_ADDRESS: `unix:path=${join(directory, 'run', 'bus')}`,
  GSETTINGS_BACKEND: 'memory',
  LC_ALL: 'C.UTF-8',
});

/** The display that an X server chose for itself. */
async function displayOf(screen: Child): Promise<string> {
  const chosen = (): string | undefined => /^(\d+)\n/m.exec(screen.output())?.[1];
  await until('no X server', async () => chosen() !== undefined);
  return `:${chosen()}`;
}

/** @param options.toneHz Of the beeps that are its microphone. */
export async function startDesktop({ toneHz }: { readonly toneHz: number }): Promise<Desktop> {
  const scratch = await scratchDirectory('desktop');
  const directory = scratch.path;
  const children: Child[] = [];
  const start = (
    command: string,
    args: readonly string[],
    env: Readonly<Record<string, string>> = {},
  ): Child => {
    const child = startChild({ command, args, env });
    children.push(child);
    return child;
  };
  const stop = async (): Promise<void> => {
    for (const child of children.splice(0).reverse()) await child.stop();
    await scratch.remove();
  };
  try {
    await mkdir(join(directory, 'home'));
    await mkdir(join(directory, 'run'), { mode: 0o700 });
    const screen = ['-displayfd', '1', '-screen', '0', '1280x800x24', '-nolisten', 'tcp'];
    const env = envOf(directory, await displayOf(start('Xvfb', screen)));
    const bus = `--address=${env.DBUS_SESSION_BUS_ADDRESS}`;
    start('dbus-daemon', ['--session', '--nofork', '--nopidfile', bus], env);
    const sound = await startSoundServer({
      directory,
      env,
      toneHz,
      start: (command, args) => start(command, args, env),
    });
    const press: Desktop['press'] = (name, which = 1) => {
      const options = { env: { ...process.env, ...env }, timeout: PRESS_MS };
      return until(`no button ${name}`, () =>
        run(PYTHON, ['-c', PRESS, name, String(which)], options).then(
          () => true,
          () => false,
        ),
      );
    };
    return { ...sound, directory, env, press, stop };
  } catch (cause) {
    await stop();
    throw cause;
  }
}
