/** The two streams behind the bus: what is kept, how long, and when a publisher is refused. */
import { DiscardPolicy, type JetStreamManager, RetentionPolicy, StorageType } from '@nats-io/jetstream';
import { nanos } from '@nats-io/transport-node';
import { COMMAND_SUBJECTS, EVENT_SUBJECTS } from '@stoxgate/contracts';
import { DUPLICATE_WINDOW_MS } from './port.ts';

const EVENTS = { name: 'STOX_EVENTS', subjects: [EVENT_SUBJECTS] };
const COMMANDS = { name: 'STOX_COMMANDS', subjects: [COMMAND_SUBJECTS] };
const STREAMS = [EVENTS, COMMANDS];
export const STREAM_NAMES: readonly string[] = STREAMS.map(({ name }) => name);

const MAX_BYTES = 256 * 1024 * 1024;
const MAX_MESSAGES = 1_000_000;
/** Nobody wants an event or a command of yesterday; it only fills the stream of an edge that is gone. */
const MAX_AGE_MS = 24 * 60 * 60 * 1000;

const STREAM_NAME_IN_USE = 10058;

export interface StreamLimits {
  readonly maxBacklog: number;
  /** Copies in a NATS cluster; absent leaves what the server has. */
  readonly replicas: number | undefined;
}

export const isEventSubject = (subject: string): boolean => subject.startsWith('stox.evt.');

/** Name of the stream that keeps `subject`. */
export const streamOf = (subject: string): string => (isEventSubject(subject) ? EVENTS.name : COMMANDS.name);

const configOf = ({ maxBacklog, replicas }: StreamLimits) => ({
  // A message goes away with its acknowledgement; a full subject or stream refuses the publisher.
  max_msgs_per_subject: maxBacklog,
  discard_new_per_subject: true,
  discard: DiscardPolicy.New,
  max_msgs: MAX_MESSAGES,
  max_bytes: MAX_BYTES,
  max_age: nanos(MAX_AGE_MS),
  duplicate_window: nanos(DUPLICATE_WINDOW_MS),
  ...(replicas === undefined ? {} : { num_replicas: replicas }),
});

/** Creates the streams, or brings the limits of those that exist to `limits`. Any number of processes may do so. */
export async function ensureStreams(manager: JetStreamManager, limits: StreamLimits): Promise<void> {
  for (const stream of STREAMS) await ensureStream(manager, stream, limits);
}

async function ensureStream(
  manager: JetStreamManager,
  stream: (typeof STREAMS)[number],
  limits: StreamLimits,
): Promise<void> {
  const config = configOf(limits);
  try {
    await manager.streams.add({
      ...stream,
      ...config,
      retention: RetentionPolicy.Workqueue,
      storage: StorageType.File,
    });
  } catch (cause) {
    if (!hasCode(cause, STREAM_NAME_IN_USE)) throw cause;
    const { config: old, state } = await manager.streams.info(stream.name);
    // Trap: the server deletes what a lower limit leaves no room for. Lower it only when nothing can be lost.
    const mayLower = state.messages <= limits.maxBacklog;
    const kept = mayLower ? limits.maxBacklog : Math.max(limits.maxBacklog, old.max_msgs_per_subject);
    await manager.streams.update(stream.name, { ...config, max_msgs_per_subject: kept });
  }
}

/** Messages that are not settled. */
export interface Backlog {
  readonly events: number;
  readonly commands: number;
}

export async function countMessages(manager: JetStreamManager): Promise<Backlog> {
  const count = async ({ name }: { readonly name: string }): Promise<number> =>
    (await manager.streams.info(name)).state.messages;
  const [events, commands] = await Promise.all([count(EVENTS), count(COMMANDS)]);
  return { events, commands };
}

/** Whether `cause` is the JetStream error numbered `code`. */
export const hasCode = (cause: unknown, code: number): boolean =>
  cause instanceof Error && 'code' in cause && cause.code === code;
