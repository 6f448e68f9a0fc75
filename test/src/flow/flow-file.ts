/**
 * Reads a `.flow` file: a ladder as text. The format is described in `test/flows/README.md`.
 */
export interface Participant {
  readonly name: string;
  readonly kind: 'xmpp' | 'sip' | 'relay' | 'chat' | 'phone';
  /** Full JID, SIP URI of the device, address of the relay, host of the MSRP edge, address of the phone. */
  readonly address: string;
}

interface Placed {
  /** For messages about a failure. */
  readonly line: number;
}

/** Something crosses the gateway's border, inwards (an event) or outwards (a command). */
export interface Arrow extends Placed {
  readonly kind: 'event' | 'command';
  readonly who: Participant;
  readonly headline: string;
  readonly details: readonly string[];
}

/** Something inside the gateway: a timer, a question to another session, the end of a session. */
export interface Inner extends Placed {
  readonly kind: 'inner';
  readonly text: string;
}

export interface Wait extends Placed {
  readonly kind: 'wait';
  readonly ms: number;
}

export type FlowStep = Arrow | Inner | Wait;

export interface Flow {
  readonly title: string;
  readonly settings: ReadonlyMap<string, string>;
  readonly steps: readonly FlowStep[];
}

const ARROW = /^\s*(\S+)\s+(-->|<--)\s+(\S+)\s+(.*?)(?:\s+\[[^\]]*\])?\s*$/;
const PARTICIPANT = /^(\S+)\s+(xmpp|sip|relay|chat|phone)\s+(\S+)\s*$/;
const SETTING = /^set\s+([a-zA-Z0-9.]+)\s+(\S.*?)\s*$/;
const DEFINE = /^define\s+(\S+)\s*$/;
const USE = /^use\s+(\S+)\s*$/;
const INNER = /^\s*gw\s+:\s+(.*?)\s*$/;
const WAIT = /^after\s+(\S+)\s*$/;

export class FlowError extends Error {
  override readonly name = 'FlowError';
}

/** Milliseconds of `500ms`, `3s`, `2min`. */
export function durationOf(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)(ms|s|min)$/.exec(text);
  const unit = match?.[2];
  return unit === undefined ? undefined : Number(match?.[1]) * { ms: 1, s: 1000, min: 60_000 }[unit as 's'];
}

class Reader {
  readonly participants = new Map<string, Participant>();
  readonly settings = new Map<string, string>();
  readonly #blocks = new Map<string, string[]>();
  readonly steps: FlowStep[] = [];
  readonly #load: (name: string) => string;
  title = '';
  #open: string[] | undefined;

  constructor(load: (name: string) => string) {
    this.#load = load;
  }

  read(text: string, line: number): void {
    const detail = /^\s*\|\s?(.*)$/.exec(text)?.[1];
    if (detail !== undefined) {
      this.#detail(detail.trimEnd(), line);
      return;
    }
    this.#open = undefined;
    if (text.trim() === '') return;
    if (text.startsWith('#')) {
      if (this.title === '') this.title = text.slice(1).trim();
      return;
    }
    if (!this.#declaration(text) && !this.#step(text, line))
      throw new FlowError(`line ${line}: cannot read ${text}`);
  }

  #detail(detail: string, line: number): void {
    if (this.#open === undefined) throw new FlowError(`line ${line}: details of nothing`);
    const name = /^@(\S+)$/.exec(detail.trim())?.[1];
    if (name === undefined) {
      this.#open.push(detail);
      return;
    }
    const block = this.#blocks.get(name);
    if (block === undefined) throw new FlowError(`line ${line}: no block ${name}`);
    this.#open.push(...block);
  }

  #declaration(text: string): boolean {
    const [, name, kind, address] = PARTICIPANT.exec(text) ?? [];
    if (name !== undefined && address !== undefined) {
      this.participants.set(name, { name, kind: kind as Participant['kind'], address });
      return true;
    }
    const [, key, value] = SETTING.exec(text) ?? [];
    if (key !== undefined && value !== undefined) {
      this.settings.set(key, value);
      return true;
    }
    const part = USE.exec(text)?.[1];
    if (part !== undefined) {
      this.#load(part)
        .split('\n')
        .forEach((content, index) => {
          this.read(content, index + 1);
        });
      this.#open = undefined;
      return true;
    }
    const block = DEFINE.exec(text)?.[1];
    if (block === undefined) return false;
    this.#open = [];
    this.#blocks.set(block, this.#open);
    return true;
  }

  #step(text: string, line: number): boolean {
    const inner = INNER.exec(text)?.[1];
    if (inner !== undefined) {
      for (const one of inner.split(/,\s+/)) this.steps.push({ kind: 'inner', text: one, line });
      return true;
    }
    const ms = durationOf(WAIT.exec(text)?.[1] ?? '');
    if (ms !== undefined) {
      this.steps.push({ kind: 'wait', ms, line });
      return true;
    }
    const [, left, direction, right, headline] = ARROW.exec(text) ?? [];
    if (left === undefined || right === undefined || headline === undefined) return false;
    const who = this.participants.get(left === 'gw' ? right : left);
    if (who === undefined || (left === 'gw') === (right === 'gw')) return false;
    const isCommand = (left === 'gw') === (direction === '-->');
    this.#open = [];
    this.steps.push({ kind: isCommand ? 'command' : 'event', who, headline, details: this.#open, line });
    return true;
  }
}

/**
 * Reads a flow. `load` gives the text of a part that a `use` line names. Throws `FlowError` with the line that cannot be
 * read.
 */
export function parseFlow(text: string, load: (name: string) => string): Flow {
  const reader = new Reader(load);
  text.split('\n').forEach((line, index) => {
    reader.read(line, index + 1);
  });
  return { title: reader.title, settings: reader.settings, steps: reader.steps };
}
