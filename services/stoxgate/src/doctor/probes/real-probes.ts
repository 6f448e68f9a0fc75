/**
 * The probes of a real run.
 */
import { createSocket } from 'node:dgram';
import { promises as dns } from 'node:dns';
import { readFile } from 'node:fs/promises';
import { createServer, isIP } from 'node:net';
import type { Answered, FaultCode, Probes, Target } from '../probes.ts';
import { codeOf, openTcp, openTls, openUdp, PATIENCE_MS } from './conversation.ts';

async function within<Value>(promise: Promise<Value>, otherwise: Value): Promise<Value> {
  let late: NodeJS.Timeout | undefined;
  const deadline = new Promise<Value>((resolve) => {
    late = setTimeout(() => resolve(otherwise), PATIENCE_MS);
  });
  return Promise.race([promise.catch(() => otherwise), deadline]).finally(() => clearTimeout(late));
}

async function http(
  url: string,
  { method = 'GET', body, type }: { method?: string; body?: string; type?: string } = {},
): Promise<Answered> {
  try {
    const response = await fetch(url, {
      method,
      redirect: 'manual',
      ...(body !== undefined && { body, headers: { 'content-type': type ?? 'text/plain' } }),
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    return { ok: true, status: response.status, text: await response.text(), headers: response.headers };
  } catch (error) {
    const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
    return {
      ok: false,
      code: error instanceof Error && error.name === 'TimeoutError' ? 'ETIMEDOUT' : codeOf(cause),
    };
  }
}

function listenFault(kind: 'udp' | 'tcp', { host, port }: Target): Promise<FaultCode | undefined> {
  return new Promise((resolve) => {
    if (kind === 'tcp') {
      const server = createServer();
      server.once('error', (error) => resolve(codeOf(error)));
      server.listen({ host, port, exclusive: true }, () => server.close(() => resolve(undefined)));
      return;
    }
    const socket = createSocket(host.includes(':') ? 'udp6' : 'udp4');
    socket.once('error', (error) => {
      socket.close();
      resolve(codeOf(error));
    });
    socket.bind({ address: host, port, exclusive: true }, () => socket.close(() => resolve(undefined)));
  });
}

async function tableFault(url: string, table: string): Promise<string | undefined> {
  try {
    const { openPhoneTable } = await import('@stoxgate/bosh-edge');
    const opened = await openPhoneTable(url, table);
    await opened.close();
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message || codeOf(error) : String(error);
  }
}

export function realProbes(): Probes {
  const clocks: { whose: string; aheadSeconds: number }[] = [];
  return {
    connect: openTcp,
    connectTls: openTls,
    udp: openUdp,
    http,
    addresses: async (name) => {
      const plain = name.replace(/^\[|\]$/g, '');
      if (isIP(plain) !== 0) return [plain];
      const found = await within(dns.lookup(plain, { all: true }), []);
      return found.map(({ address }) => address);
    },
    hasServices: async (name) => (await within(dns.resolveSrv(name), [])).length > 0,
    listenFault,
    readFile: (path) => readFile(path, 'utf8').catch(() => undefined),
    tableFault,
    noteClock: (whose, seconds) => {
      clocks.push({ whose, aheadSeconds: seconds - Date.now() / 1000 });
    },
    clocks: () => clocks,
    now: () => Date.now(),
  };
}
