/** The bus inside one process: no copy, no JSON; what is in it dies with the process. */
import { type Envelope, EVENT_SUBJECTS, StoxgateError, type Subject } from '@stoxgate/contracts';
import { Dispatcher } from './dispatcher.ts';
import { MemoryTopic } from './memory-topic.ts';
import { type Bus, type BusOptions, PUBLISH_TIMEOUT_MS } from './port.ts';

/** What the subjects of events begin with. */
const EVENT_PREFIX = EVENT_SUBJECTS.slice(0, -1);

const closed = (): StoxgateError => new StoxgateError('STOX_BUS_UNAVAILABLE', 'The bus was closed.');

/** A bus for services that share a process. Envelopes are handed on by reference: nobody may change one. */
export function createMemoryBus(options: BusOptions): Bus {
  const topics = new Map<Subject, MemoryTopic>();
  const dispatcher = new Dispatcher();
  let open = true;

  const topicOf = (subject: Subject): MemoryTopic => {
    const known = topics.get(subject);
    if (known !== undefined) return known;
    const topic = new MemoryTopic(subject, options, dispatcher);
    topics.set(subject, topic);
    return topic;
  };

  const sizeOf = (prefix: string): number => {
    let total = 0;
    for (const [subject, topic] of topics) if (subject.startsWith(prefix)) total += topic.size;
    return total;
  };

  return {
    publish: (subject: Subject, envelope: Envelope, timeoutMs = PUBLISH_TIMEOUT_MS) =>
      open ? topicOf(subject).publish(envelope, timeoutMs) : Promise.reject(closed()),
    consume: async (consumeOptions, handler) => {
      if (!open) throw closed();
      return topicOf(consumeOptions.subject).consume(consumeOptions, handler);
    },
    deserted: async (prefix) =>
      [...topics.values()].flatMap((topic) => {
        const left = topic.deserted;
        return left?.subject.startsWith(prefix) ? [left] : [];
      }),
    attended: async (prefix) =>
      [...topics]
        .filter(([subject, { isAttended }]) => isAttended && subject.startsWith(prefix))
        .sort(([, one], [, other]) => one.consumedSince - other.consumedSince)
        .map(([subject]) => subject),
    backlog: () => sizeOf(''),
    waitingEvents: () => sizeOf(EVENT_PREFIX),
    fault: () => (open ? undefined : 'closed'),
    close: async () => {
      open = false;
      for (const topic of topics.values()) topic.close();
    },
  };
}
