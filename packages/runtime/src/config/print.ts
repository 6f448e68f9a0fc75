import { stringify } from 'yaml';
import { type KeyPath, nodeAt } from './key-tree.ts';
import type { Config } from './schema.ts';

const REDACTED = '[redacted]';

/** The effective configuration as YAML, without secrets: also not those inside an address. */
export const printConfig = (config: Config): string => stringify(redactConfig(config));

/** A copy without secrets, to print or log. */
export const redactConfig = (config: Config): unknown => redact(config, []);

function redact(value: unknown, path: KeyPath): unknown {
  if (Array.isArray(value)) return value.map((entry, at) => redact(entry, [...path, at]));
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value);
    const set = new Set(entries.filter(([, child]) => child !== undefined).map(([name]) => name));
    return Object.fromEntries(
      entries
        .filter(([name]) => set.has(name) && !set.has(`${name}_file`))
        .map(([name, child]) => [name, redact(child, [...path, name])]),
    );
  }
  if (nodeAt(path)?.writeOnly === true) return REDACTED;
  return typeof value === 'string' ? redactAddress(value) : value;
}

/**
 * `nats://[redacted]@host:4222`: nothing before the last `@` is shown, whatever is in a password, and none that is a parameter.
 */
export const redactAddress = (address: string): string =>
  address.replace(/:\/\/.*@/, `://${REDACTED}@`).replace(/(password=)[^&]*/g, `$1${REDACTED}`);
