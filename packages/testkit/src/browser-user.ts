/**
 * An XMPP user in a browser: WebRTC, Jingle and call messages as today's clients have them, on a page of ours.
 */
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseXml } from '@stoxgate/wire-xmpp';
import type { BrowserCalls, CallReport, SoundReport, StanzaReport } from './browser-call.ts';
import { type ClientName, HABITS } from './client-habits.ts';
import { type Chromium, startChromium } from './servers/chromium.ts';
import type { XmppLogEntry } from './xmpp-user.ts';

const PAGE = fileURLToPath(new URL('./browser-page/index.html', new URL('../src/', import.meta.url)));
/** Written by `tsc -b`. */
const SCRIPTS = fileURLToPath(new URL('../dist/browser-page/', import.meta.url));
const LONG_MS = 15_000;

export interface BrowserUserOptions {
  readonly jid: string;
  readonly password: string;
  readonly webSocketUrl: string;
  readonly resource?: string;
  /** Whose habits it has; Conversations' by default. */
  readonly client?: ClientName;
  /** Of the sine that is its microphone. */
  readonly toneHz: number;
}

export interface BrowserUser extends Omit<BrowserCalls, 'login' | 'logout' | 'next' | 'stanzas'> {
  readonly fullJid: string;
  /** Takes the next report of `kind`, about `sid` if given; waits 15 s. */
  next(kind: CallReport['kind'], sid?: string, timeoutMs?: number): Promise<CallReport>;
  /** Waits until it hears something that passes `test`; after `timeoutMs` (10 s) says what it hears instead. */
  hears(sid: string, test: (sound: SoundReport) => boolean, timeoutMs?: number): Promise<SoundReport>;
  /**
   * Waits until it hears `keys`, which `press` presses. A machine that stalls makes the jitter buffer swallow a tone, and
   * people then press again: so does this, twice.
   */
  hearsKeys(sid: string, keys: string, press: () => Promise<unknown>): Promise<void>;
  /** Every stanza, in order. */
  log(): Promise<readonly XmppLogEntry[]>;
  /** Logs out and closes its tab. */
  close(): Promise<void>;
}

export interface Browser {
  readonly chromium: Chromium;
  /** Logs a user in, in a tab of its own. */
  login(options: BrowserUserOptions): Promise<BrowserUser>;
  stop(): Promise<void>;
}

const TYPES: Readonly<Record<string, string>> = { '.html': 'text/html', '.js': 'text/javascript' };

/** Serves the page and its scripts on the loopback; gives its address. */
async function servePage(): Promise<{ readonly url: string; stop(): Promise<void> }> {
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://page');
    const isScript = /^\/[\w/-]+\.js$/.test(pathname);
    readFile(isScript ? join(SCRIPTS, pathname) : PAGE)
      .then((body) => {
        const type = TYPES[isScript ? extname(pathname) : '.html'];
        response.writeHead(pathname === '/' || isScript ? 200 : 404, { 'content-type': type }).end(body);
      })
      .catch(() => response.writeHead(404).end());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/`,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

type Run = <Name extends keyof BrowserCalls>(
  name: Name,
  ...args: Parameters<BrowserCalls[Name]>
) => Promise<Awaited<ReturnType<BrowserCalls[Name]>>>;

async function hears(run: Run, sid: string, test: (sound: SoundReport) => boolean, timeoutMs: number) {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const sound = await run('hear', sid);
    if (test(sound)) return sound;
    if (Date.now() > deadline) throw new Error(`the browser hears ${JSON.stringify(sound)}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

async function hearsKeys(run: Run, sid: string, keys: string, press: () => Promise<unknown>): Promise<void> {
  for (let left = 2; ; left--) {
    await press();
    const heard = hears(run, sid, (sound) => sound.keys.endsWith(keys), 5000);
    const missed = await heard.then(
      () => undefined,
      (cause: unknown) => cause,
    );
    if (missed === undefined) return;
    if (left === 0) throw missed;
  }
}

function entryOf({ at, sent, xml }: StanzaReport): readonly XmppLogEntry[] {
  const parsed = parseXml(xml);
  return parsed.ok ? [{ at, sent, stanza: parsed.element }] : [];
}

async function logIn(chromium: Chromium, url: string, options: BrowserUserOptions): Promise<BrowserUser> {
  const tab = await chromium.open(url);
  const run: Run = async (name, ...args) => {
    const list = args.map((arg) => JSON.stringify(arg) ?? 'undefined').join(',');
    // The page's own deadlines come first.
    return (await tab.evaluate(`caller.${name}(${list})`, 2 * LONG_MS + 1000)) as never;
  };
  const { client = 'conversations', resource = 'browser', ...account } = options;
  const fullJid = await run('login', { ...account, resource, habits: HABITS[client] }).catch(
    (cause: unknown) => {
      throw new Error(`${options.jid} cannot log in from the browser: ${String(cause)}\n${tab.output()}`);
    },
  );
  return {
    fullJid,
    call: (to) => run('call', to),
    next: (kind, sid, timeoutMs = LONG_MS) => run('next', kind, sid, timeoutMs),
    sees: (bareJid) => run('sees', bareJid),
    answer: (sid) => run('answer', sid),
    reject: (sid) => run('reject', sid),
    hangUp: (sid) => run('hangUp', sid),
    hold: (sid) => run('hold', sid),
    resume: (sid) => run('resume', sid),
    dial: (sid, keys) => run('dial', sid, keys),
    hear: (sid) => run('hear', sid),
    hears: (sid, test, timeoutMs = 10_000) => hears(run, sid, test, timeoutMs),
    hearsKeys: (sid, keys, press) => hearsKeys(run, sid, keys, press),
    log: async () => (await run('stanzas')).flatMap(entryOf),
    close: async () => {
      await run('logout').catch(() => undefined);
      await tab.close();
    },
  };
}

/** A browser whose users call and are called. */
export async function startBrowser(): Promise<Browser> {
  const page = await servePage();
  const chromium = await startChromium().catch(async (cause: unknown) => {
    await page.stop();
    throw cause;
  });
  return {
    chromium,
    login: (options) => logIn(chromium, page.url, options),
    stop: async () => {
      await chromium.stop();
      await page.stop();
    },
  };
}
