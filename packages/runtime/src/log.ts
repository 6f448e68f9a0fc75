/**
 * The log: one JSON object a line. Secrets are taken out by the name of their key, wherever it stands.
 */
import { type DestinationStream, type Logger, pino } from 'pino';

export type { Logger } from 'pino';

export interface LogOptions {
  readonly level: string;
  readonly role: string;
  readonly edgeId: string;
  /** Standard output when absent. */
  readonly destination?: DestinationStream;
}

/** Every line says its time, level, role and process; a line about a session adds `callId`, `key` and `trace`. */
export const createLog = (options: LogOptions): Logger =>
  pino(
    {
      level: options.level,
      base: { role: options.role, edge: options.edgeId },
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      formatters: { level: (label) => ({ level: label }), log: hideSecrets },
    },
    options.destination ?? pino.destination({ fd: 1, sync: true }),
  );

const SECRET_KEYS = new Set(['secret', 'password', 'token', 'authorization', 'proxy-authorization']);
const HIDDEN = '[redacted]';
const DEEPEST = 6;

/** pino's own redaction by wildcard paths takes several times as long as writing the line. */
const hideSecrets = (fields: Record<string, unknown>): Record<string, unknown> => hideIn(fields, 0);

function hideIn<Fields extends object>(fields: Fields, depth: number): Fields {
  let copy: Record<string, unknown> | undefined;
  for (const [name, value] of Object.entries(fields)) {
    const shown = SECRET_KEYS.has(name.toLowerCase()) ? HIDDEN : hideBelow(value, depth);
    if (shown === value) continue;
    copy ??= (Array.isArray(fields) ? [...fields] : { ...fields }) as Record<string, unknown>;
    copy[name] = shown;
  }
  return (copy as Fields | undefined) ?? fields;
}

/** Errors and other instances are left to pino's serialisers. */
function hideBelow(value: unknown, depth: number): unknown {
  if (typeof value !== 'object' || value === null || depth >= DEEPEST) return value;
  const isPlain = Array.isArray(value) || Object.getPrototypeOf(value) === Object.prototype;
  return isPlain ? hideIn(value, depth + 1) : value;
}
