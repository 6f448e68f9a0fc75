/** Which subjects somebody consumes, and which nobody: the server knows of each durable whether anybody waits for its messages. */
import type { ConsumerInfo, JetStreamManager } from '@nats-io/jetstream';
import type { Subject } from '@stoxgate/contracts';
import { streamOf } from './nats-streams.ts';
import type { Deserted } from './port.ts';

const isAttended = ({ num_waiting }: ConsumerInfo): boolean => num_waiting > 0;

/** Durables on subjects that begin with `prefix`. Rejects when JetStream does not answer. */
async function durablesOn(manager: JetStreamManager, prefix: string): Promise<readonly ConsumerInfo[]> {
  const found: ConsumerInfo[] = [];
  for await (const info of manager.consumers.list(streamOf(prefix))) {
    if (info.config.filter_subject?.startsWith(prefix) === true) found.push(info);
  }
  return found;
}

/** Those that somebody consumes, the longest known first. */
export async function attendedSubjects(
  manager: JetStreamManager,
  prefix: string,
): Promise<readonly Subject[]> {
  const attended = (await durablesOn(manager, prefix)).filter(isAttended);
  return attended
    .sort((one, other) => Date.parse(one.created) - Date.parse(other.created))
    .map(({ config }) => config.filter_subject as Subject);
}

/** Those that somebody consumed and nobody does. */
export async function desertedSubjects(
  manager: JetStreamManager,
  prefix: string,
): Promise<readonly Deserted[]> {
  return (await durablesOn(manager, prefix)).flatMap((info) => {
    const { config, num_pending, num_ack_pending } = info;
    const { filter_subject: subject, description: durable } = config;
    if (isAttended(info) || durable === undefined) return [];
    return [{ subject: subject as Subject, durable, messages: num_pending + num_ack_pending }];
  });
}
