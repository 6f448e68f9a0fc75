/** Which subjects nobody consumes: the server knows of each durable whether anybody waits for its messages. */
import type { JetStreamManager } from '@nats-io/jetstream';
import type { Subject } from '@stoxgate/contracts';
import { streamOf } from './nats-streams.ts';
import type { Deserted } from './port.ts';

/** Rejects when JetStream does not answer. */
export async function desertedSubjects(
  manager: JetStreamManager,
  prefix: string,
): Promise<readonly Deserted[]> {
  const found: Deserted[] = [];
  for await (const { config, num_waiting, num_pending, num_ack_pending } of manager.consumers.list(
    streamOf(prefix),
  )) {
    const { filter_subject: subject, description: durable } = config;
    if (num_waiting > 0 || durable === undefined || subject?.startsWith(prefix) !== true) continue;
    found.push({ subject: subject as Subject, durable, messages: num_pending + num_ack_pending });
  }
  return found;
}
