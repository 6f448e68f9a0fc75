/**
 * What is told of phones from outside SIP – states, accounts – becomes events.
 */
import type { Tracer } from '@opentelemetry/api';
import type { Bus } from '@stoxgate/bus';
import {
  type Aor,
  brandAor,
  type EdgeId,
  type EventOf,
  eventSubjectOf,
  keyOfPhone,
  type PhoneReport,
  type PhoneSource,
} from '@stoxgate/contracts';
import { randomId, sessionAttributes, startSpan } from '@stoxgate/runtime';
import type { ImportedAccount } from './accounts/imported-account.ts';

export interface PhoneDeskOptions {
  readonly bus: Pick<Bus, 'publish'>;
  readonly edgeId: EdgeId;
  readonly tracer: Tracer;
}

type PhoneEvent = EventOf<'phone.state.reported' | 'phone.account.imported' | 'phone.account.removed'>;

const PUBLISH_TIMEOUT_MS = 5000;
/** Accounts on their way to the bus at a time. */
const IMPORTED_AT_ONCE = 64;

export class PhoneDesk {
  readonly #options: PhoneDeskOptions;

  constructor(options: PhoneDeskOptions) {
    this.#options = options;
  }

  /**
   * Tells a state, or a change of it. `id` names the event, so that one that is told twice counts once. Rejects with
   * `STOX_BUS_UNAVAILABLE`.
   */
  report(phone: Aor, report: PhoneReport, source: PhoneSource, id: string = randomId()): Promise<void> {
    return this.#publish(phone, { type: 'phone.state.reported', report, source }, id);
  }

  /** Rejects with `STOX_BUS_UNAVAILABLE`; some accounts may be there then. */
  async import(accounts: readonly ImportedAccount[]): Promise<void> {
    for (let at = 0; at < accounts.length; at += IMPORTED_AT_ONCE) {
      const some = accounts.slice(at, at + IMPORTED_AT_ONCE);
      await Promise.all(some.map((account) => this.#publish(brandAor(account.uri), account, randomId())));
    }
  }

  /** Takes an account away: its phone goes offline, then nothing is remembered. Rejects with `STOX_BUS_UNAVAILABLE`. */
  remove(phone: Aor): Promise<void> {
    return this.#publish(phone, { type: 'phone.account.removed' }, randomId());
  }

  async #publish(phone: Aor, payload: PhoneEvent, id: string): Promise<void> {
    const { bus, edgeId, tracer } = this.#options;
    const key = keyOfPhone(phone);
    const span = startSpan(tracer, payload.type, undefined, () => sessionAttributes(key), { about: id });
    const trace = span.traceparent;
    try {
      await bus.publish(
        eventSubjectOf(key),
        { v: 1, id, key, edge: edgeId, at: Date.now(), ...(trace === undefined ? {} : { trace }), payload },
        PUBLISH_TIMEOUT_MS,
      );
      span.end();
    } catch (cause) {
      span.end(cause);
      throw cause;
    }
  }
}
