/**
 * The benchmark's command line.
 */
export const PARTS = ['messages', 'calls', 'held', 'subscriptions'] as const;
export type Part = (typeof PARTS)[number];

export interface Options {
  readonly isQuick: boolean;
  readonly via: 'stub' | 'prosody';
  readonly parts: readonly Part[];
  /** File for the results; undefined: none. */
  readonly json: string | undefined;
  /** Minutes at half the clean rate instead of the table; undefined: the table. */
  readonly soakMinutes: number | undefined;
  /** Messages a second of a soak, calls a tenth of it; undefined: half the clean rate. */
  readonly soakRate: number | undefined;
}

export const USAGE =
  'npm run bench -- [--quick] [--via prosody] [--only messages,calls,held,subscriptions] [--json FILE] [--soak MINUTES [--rate N]]';

/** Undefined when an argument is not understood. */
export function readOptions(args: readonly string[]): Options | undefined {
  let options: Options = {
    isQuick: false,
    via: 'stub',
    parts: PARTS,
    json: undefined,
    soakMinutes: undefined,
    soakRate: undefined,
  };
  for (let at = 0; at < args.length; at++) {
    const value = args[at + 1] ?? '';
    switch (args[at]) {
      case '--quick':
        options = { ...options, isQuick: true };
        continue;
      case '--via':
        if (value !== 'stub' && value !== 'prosody') return undefined;
        options = { ...options, via: value };
        break;
      case '--only': {
        const parts = value.split(',').filter((part): part is Part => PARTS.some((known) => known === part));
        if (parts.length !== value.split(',').length) return undefined;
        options = { ...options, parts };
        break;
      }
      case '--json':
        if (value === '') return undefined;
        options = { ...options, json: value };
        break;
      case '--soak':
        if (!(Number(value) > 0)) return undefined;
        options = { ...options, soakMinutes: Number(value) };
        break;
      case '--rate':
        if (!(Number(value) > 0)) return undefined;
        options = { ...options, soakRate: Number(value) };
        break;
      default:
        return undefined;
    }
    at++;
  }
  return options;
}
