/**
 * The core as a target: golden flows whose events are changed, lost, repeated and put out of order on their way in.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { Command, Event } from '@stoxgate/contracts';
import {
  createStep,
  type Input,
  type Session,
  type StepFunction,
  type TranslatorPolicy,
} from '@stoxgate/translator';
import { parseFlow } from '../flow/flow-file.ts';
import { playFlow } from '../flow/play-flow.ts';
import type { Target } from './fuzzer.ts';
import { type Below, mutateText, mutateValue, pick } from './mutation.ts';
import { SDP_SAMPLES, XML_SAMPLES } from './parser-targets.ts';

const FLOWS = new URL('../../flows/', import.meta.url);
/** A session may hold what its peers sent, not more and more of it. */
const SESSION_MAX_CHARACTERS = 2 ** 21;

interface Recording {
  readonly policy: TranslatorPolicy;
  readonly inputs: readonly Input[];
}

const read = (name: string): string => readFileSync(new URL(name, FLOWS), 'utf8');

/** What went into the core in a flow. */
function record(name: string): Recording | undefined {
  const inputs: Input[] = [];
  let used: TranslatorPolicy | undefined;
  const recording = (policy: TranslatorPolicy): StepFunction => {
    const step = createStep(policy);
    used = policy;
    return (session, input) => {
      inputs.push(input);
      return step(session, input);
    };
  };
  playFlow(
    parseFlow(read(name), (part) => read(`parts/${part}.part`)),
    recording,
  );
  return used === undefined || inputs.length === 0 ? undefined : { policy: used, inputs };
}

/** SDP in a body is replaced as a whole now and then: the core is to see more than one device. */
function withOtherSdp(event: Event, below: Below): Event {
  const message =
    event.type === 'sip.request.received'
      ? event.request
      : event.type === 'sip.response.received'
        ? event.response
        : undefined;
  if (message?.body === undefined) return event;
  const content = mutateText(pick(SDP_SAMPLES, below), SDP_SAMPLES, below);
  return structuredClone({ ...event, ...withBody(event, { ...message.body, content }) });
}

const withBody = (
  event: Event,
  body: { contentType: string; content: string; encoding: 'utf8' | 'base64' },
) =>
  event.type === 'sip.request.received'
    ? { request: { ...event.request, body } }
    : event.type === 'sip.response.received'
      ? { response: { ...event.response, body } }
      : {};

const TEXTS = [...SDP_SAMPLES, ...XML_SAMPLES];

/** An edge lets in what the contract allows, nothing else. */
function changed(input: Input, below: Below): Input {
  const event = below(4) === 0 ? withOtherSdp(input.event, below) : mutateValue(input.event, TEXTS, below);
  const legal = Event.safeParse(event);
  return legal.success && legal.data.type === input.event.type ? { ...input, event: legal.data } : input;
}

function disturbed(inputs: readonly Input[], below: Below): Input[] {
  const out: Input[] = [];
  for (const input of inputs) {
    const what = below(12);
    if (what === 0) continue;
    out.push(what < 4 ? changed(input, below) : input);
    if (what === 4) out.push({ ...input, eventId: `${input.eventId}-again` });
    if (what === 5 && out.length > 1) out.splice(-2, 2, ...out.slice(-2).reverse());
  }
  return out;
}

interface CoreInput {
  readonly flow: number;
  readonly inputs: readonly Input[];
}

function runAll(step: StepFunction, inputs: readonly Input[]): void {
  const sessions = new Map<string, Session>();
  for (const input of inputs) {
    const { session, commands } = step(sessions.get(input.key), input);
    for (const command of commands) Command.parse(command);
    if (session === undefined) {
      sessions.delete(input.key);
      continue;
    }
    const stored = JSON.stringify(session);
    if (stored.length > SESSION_MAX_CHARACTERS) throw new Error(`a session of ${stored.length} characters`);
    sessions.set(input.key, JSON.parse(stored) as Session);
  }
}

/**
 * Plays golden flows once to learn their events.
 * @param every only each nth flow.
 */
export function coreTarget(every = 1): Target {
  const recordings = readdirSync(FLOWS)
    .filter((name) => name.endsWith('.flow'))
    .sort()
    .filter((_name, at) => at % every === 0)
    .flatMap((name) => record(name) ?? []);
  const steps = recordings.map(({ policy }) => createStep(policy));
  return {
    name: 'core',
    next: (below): CoreInput => {
      const flow = below(recordings.length);
      return { flow, inputs: disturbed(recordings[flow]?.inputs ?? [], below) };
    },
    run: (input) => {
      const { flow, inputs } = input as CoreInput;
      const step = steps[flow];
      if (step !== undefined) runAll(step, inputs);
    },
  };
}
