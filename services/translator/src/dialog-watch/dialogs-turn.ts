/**
 * The handling of one event of a `dialogs:` key: the record as it becomes, and the commands it gives rise to.
 */
import { type Aor, brandAor } from '@stoxgate/contracts';
import { dialogEnded } from '../dialog/step-dialog.ts';
import type { TranslatorPolicy } from '../policy.ts';
import type { Input } from '../step.ts';
import { SubscriberTurn } from '../subscription/subscriber-turn.ts';
import type { Subscription } from '../subscription/subscription.ts';
import { wantedS } from '../subscription/subscription-times.ts';
import type { DialogWatch, WatchedDialogs } from './dialog-watch.ts';

const PREFIX = 'dialogs:';

export class DialogsTurn extends SubscriberTurn {
  /** Address of the phone. */
  readonly aor: Aor;
  #watch: DialogWatch;

  constructor(policy: TranslatorPolicy, watch: DialogWatch, input: Input) {
    super(policy, input, 'dialogs');
    this.aor = brandAor(input.key.slice(PREFIX.length));
    this.#watch = watch;
  }

  /** For how long a subscription is asked for. */
  wantedS(subscription: Subscription): number {
    return wantedS(this.policy.phones.watchExpiresMs, subscription);
  }

  get watch(): DialogWatch {
    return this.#watch;
  }

  replace(watch: DialogWatch): void {
    this.#watch = watch;
  }

  update(changes: Partial<DialogWatch>): void {
    this.#watch = { ...this.#watch, ...changes };
  }

  /** Puts a subscription in the place of another, or behind all. */
  put(subscription: WatchedDialogs, before?: WatchedDialogs): void {
    const { subscriptions } = this.#watch;
    const at = before === undefined ? -1 : subscriptions.indexOf(before);
    this.update({
      subscriptions: at < 0 ? [...subscriptions, subscription] : subscriptions.with(at, subscription),
    });
  }

  /** Forgets a subscription; requests of its Call-ID have no owner any more when it was the last. */
  drop(subscription: WatchedDialogs): void {
    const { callId } = subscription.dialog;
    const subscriptions = this.#watch.subscriptions.filter((one) => one !== subscription);
    this.update({ subscriptions });
    if (!subscriptions.some(({ dialog }) => dialog.callId === callId)) this.issue(dialogEnded(callId));
  }
}
