import type { IncomingMessage } from 'node:http';

/** cut: the connection ended first. */
export type ReadBody =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'unreadable' | 'cut' };

const UTF8 = new TextDecoder('utf-8', { fatal: true });

function decoded(octets: Buffer): ReadBody {
  try {
    return { kind: 'text', text: UTF8.decode(octets) };
  } catch {
    return { kind: 'unreadable' };
  }
}

/** Reads at most `maxBytes` of UTF-8, and calls `done` once. No compression was asked for, so none is taken. */
export function readBody(response: IncomingMessage, maxBytes: number, done: (body: ReadBody) => void): void {
  const chunks: Buffer[] = [];
  let bytes = 0;
  const coding = response.headers['content-encoding'] ?? 'identity';
  if (coding !== 'identity' || Number(response.headers['content-length'] ?? 0) > maxBytes) {
    done({ kind: 'unreadable' });
    return;
  }
  response.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes <= maxBytes) chunks.push(chunk);
    else done({ kind: 'unreadable' });
  });
  response.on('end', () => done(decoded(Buffer.concat(chunks))));
  response.on('error', () => done({ kind: 'cut' }));
  response.on('close', () => done({ kind: 'cut' }));
}
