/**
 * Chromium without a screen, driven over its control pipes.
 */
import { join } from 'node:path';
import { type Child, startChild } from './child-process.ts';
import { type DevTools, devToolsOver } from './devtools.ts';
import { scratchDirectory } from './scratch-directory.ts';

export interface Tab {
  /** Value of a JavaScript expression, as JSON; promises are waited for. Rejects with what it throws. */
  evaluate(expression: string, timeoutMs?: number): Promise<unknown>;
  /** What it logged and threw so far. */
  output(): string;
  close(): Promise<void>;
}

export interface Chromium {
  readonly pid: number;
  /** Opens `url` in a tab of its own and waits until it is loaded. */
  open(url: string): Promise<Tab>;
  output(): string;
  stop(): Promise<void>;
}

const argsOf = (directory: string): readonly string[] => [
  '--headless=new',
  '--remote-debugging-pipe',
  `--user-data-dir=${directory}`,
  // As root, and where the kernel forbids it namespaces, there is no sandbox.
  ...[
    '--no-sandbox',
    '--disable-gpu',
    '--disable-dev-shm-usage',
    '--no-first-run',
    '--no-default-browser-check',
  ],
  ...[
    '--disable-extensions',
    '--disable-component-update',
    '--disable-background-networking',
    '--disable-sync',
  ],
  ...['--metrics-recording-only', '--disable-breakpad', '--no-pings', '--password-store=basic'],
  // Tabs that nobody looks at go on at full speed, and with sound.
  ...['--disable-background-timer-throttling', '--disable-backgrounding-occluded-windows'],
  ...['--disable-renderer-backgrounding', '--autoplay-policy=no-user-gesture-required'],
  // WebRTC on the loopback, with addresses instead of names that only multicast DNS resolves.
  ...['--allow-loopback-in-peer-connection', '--disable-features=WebRtcHideLocalIpsWithMdns'],
  ...['--use-fake-ui-for-media-stream', '--use-fake-device-for-media-stream'],
  'about:blank',
];

interface Evaluated {
  readonly result?: { readonly value?: unknown };
  readonly exceptionDetails?: {
    readonly text: string;
    readonly exception?: { readonly description?: string };
  };
}

async function openTab(devTools: DevTools, url: string): Promise<Tab> {
  const { targetId } = await devTools.send('Target.createTarget', { url: 'about:blank' });
  const { sessionId } = await devTools.send('Target.attachToTarget', { targetId, flatten: true });
  const session = String(sessionId);
  let output = '';
  let isLoaded = (): void => undefined;
  const loaded = new Promise<void>((resolve) => {
    isLoaded = resolve;
  });
  devTools.onEvent(({ method, params, sessionId: of }) => {
    if (of !== session) return;
    if (method === 'Page.loadEventFired') isLoaded();
    if (/^Runtime\.(consoleAPICalled|exceptionThrown)$/.test(method))
      output = `${output}${JSON.stringify(params.args ?? params)}\n`.slice(-100_000);
  });
  const send = (method: string, params = {}, timeoutMs = 10_000) =>
    devTools.send(method, params, { sessionId: session, timeoutMs });
  await send('Page.enable');
  await send('Runtime.enable');
  await send('Page.navigate', { url });
  const late = AbortSignal.timeout(15_000);
  await Promise.race([
    loaded,
    new Promise((_, reject) => {
      late.addEventListener('abort', () => reject(new Error(`${url} does not load:\n${output}`)));
    }),
  ]);
  return {
    output: () => output,
    close: async () => void (await devTools.send('Target.closeTarget', { targetId })),
    evaluate: async (expression, timeoutMs) => {
      const { result, exceptionDetails }: Evaluated = await send(
        'Runtime.evaluate',
        { expression, awaitPromise: true, returnByValue: true },
        timeoutMs,
      );
      if (exceptionDetails === undefined) return result?.value;
      throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
    },
  };
}

/** Starts an empty browser with a profile of its own. */
export async function startChromium(): Promise<Chromium> {
  const scratch = await scratchDirectory('chromium');
  const child: Child = startChild({
    command: 'chromium',
    args: argsOf(scratch.path),
    env: {
      HOME: scratch.path,
      XDG_CONFIG_HOME: scratch.path,
      XDG_CACHE_HOME: scratch.path,
      // Its sound library's, which would stay in /tmp.
      PULSE_RUNTIME_PATH: join(scratch.path, 'pulse'),
    },
    hasControlPipes: true,
  });
  const { control } = child;
  if (control === undefined) throw new Error('Chromium has no control pipes.');
  const devTools = devToolsOver(control);
  const stop = async (): Promise<void> => {
    // Asked to close it ends its own children in order.
    await devTools.send('Browser.close', {}, { timeoutMs: 3000 }).catch(() => undefined);
    await child.exited(3000).catch(() => undefined);
    await child.stop();
    await scratch.remove();
  };
  try {
    await devTools.send('Browser.getVersion', {}, { timeoutMs: 20_000 });
  } catch (cause) {
    await stop();
    throw new Error(`Chromium does not answer:\n${child.output().slice(-2000)}`, { cause });
  }
  return { pid: child.pid, open: (url) => openTab(devTools, url), output: child.output, stop };
}
