/**
 * The attributes of which a section has one at most; a second of the same name counts for nothing, even where the first
 * cannot be read. RFC 8866 §6, 8839 §5, 5888 (mid), 4145 (setup), 5761 (rtcp-mux), 8285 (extmap-allow-mixed).
 */
import { isDirection } from './own-attributes.ts';
import type { Attribute, Direction, Setup } from './session-description.ts';
import { isToken } from './token.ts';
import { MAX_PORT, readUint } from './uint.ts';

export interface SingleAttributes {
  readonly direction?: Direction;
  readonly mid?: string;
  readonly setup?: Setup;
  readonly ptime?: number;
  readonly maxptime?: number;
  readonly iceUfrag?: string;
  readonly icePwd?: string;
  readonly isIceLite: boolean;
  readonly hasRtcpMux: boolean;
  readonly isBundleOnly: boolean;
  readonly allowsMixed: boolean;
  /** As it stands, its blanks made single. */
  readonly remoteCandidates?: string;
}

const NAMES: ReadonlySet<string> = new Set([
  'sendrecv',
  'sendonly',
  'recvonly',
  'inactive',
  'rtcp-mux',
  'mid',
  'setup',
  'ptime',
  'maxptime',
  'ice-ufrag',
  'ice-pwd',
  'ice-lite',
  'remote-candidates',
  'extmap-allow-mixed',
  'bundle-only',
]);

/** Whether a section has one such attribute at most. */
export const isSingle = (name: string): boolean => NAMES.has(name);

/** The first word of a value; undefined when it has none. */
const wordOf = (value: string | undefined): string | undefined =>
  (value === undefined ? undefined : /^\S+/.exec(value)?.[0]) || undefined;

function setupOf(value: string | undefined): Setup | undefined {
  const word = /^\w*/.exec(value ?? '')?.[0];
  return word === 'actpass' || word === 'active' || word === 'passive' || word === 'holdconn'
    ? word
    : undefined;
}

function midOf(value: string | undefined): string | undefined {
  const word = wordOf(value);
  return word !== undefined && isToken(word) ? word : undefined;
}

/** Milliseconds; 0 counts as none. A number that has a fraction is none either. */
const millisecondsOf = (value: string | undefined): number | undefined =>
  readUint(/^\d*(?:\.\d*)*/.exec(value ?? '')?.[0], MAX_PORT) || undefined;

const lineOf = (value: string | undefined): string | undefined =>
  /^.*/.exec(value?.replace(/[ \t]+/g, ' ') ?? '')?.[0] || undefined;

const NONE: SingleAttributes = {
  isIceLite: false,
  hasRtcpMux: false,
  isBundleOnly: false,
  allowsMixed: false,
};

/** Reads those of one section. */
export function readSingles(attributes: readonly Attribute[]): SingleAttributes {
  if (!attributes.some(({ name }) => isSingle(name))) return NONE;
  const firstOf = (name: string): Attribute | undefined =>
    attributes.find((attribute) => attribute.name === name);
  const textOf = (name: string): string | undefined => firstOf(name)?.value;
  const direction = attributes.find(({ name }) => isDirection(name))?.name;
  return {
    direction: isDirection(direction) ? direction : undefined,
    mid: midOf(textOf('mid')),
    setup: setupOf(textOf('setup')),
    ptime: millisecondsOf(textOf('ptime')),
    maxptime: millisecondsOf(textOf('maxptime')),
    iceUfrag: wordOf(textOf('ice-ufrag')),
    icePwd: wordOf(textOf('ice-pwd')),
    isIceLite: firstOf('ice-lite') !== undefined,
    hasRtcpMux: firstOf('rtcp-mux') !== undefined,
    isBundleOnly: firstOf('bundle-only') !== undefined,
    allowsMixed: firstOf('extmap-allow-mixed') !== undefined,
    remoteCandidates: lineOf(textOf('remote-candidates')),
  };
}
