/**
 * Carries out the routes of stanzas from the XMPP server. Every IQ-get and -set gets an answer: here, from the core, or
 * an error when the bus does not take it in time.
 */
import type { Event, SessionKey, XmlElement } from '@stoxgate/contracts';
import { type RefusalCause, type StanzaErrorSpec, stanzaError } from '@stoxgate/wire-xmpp';
import { type RefusalReason, type Route, type RouteContext, routeOf, routeOfRefused } from './route.ts';

export interface IngressPort {
  /** False when the bus did not take the event in time; never rejects. */
  readonly publish: (key: SessionKey, event: Event, stanza: XmlElement) => Promise<boolean>;
  /** Sends an answer of the edge itself. */
  readonly send: (stanza: XmlElement) => void;
  readonly refused: (reason: RefusalReason, stanza: XmlElement) => void;
  readonly context: () => RouteContext;
}

/** An answer, an error or a presence is never answered with an error (RFC 6120 §8.3.1, §8.2.3). */
const mayBeAnswered = ({ name, attrs: { type } }: XmlElement): boolean =>
  name === 'message' ? type !== 'error' : name === 'iq' && type !== 'error' && type !== 'result';

export class Ingress {
  readonly #port: IngressPort;

  constructor(port: IngressPort) {
    this.#port = port;
  }

  take(stanza: XmlElement): void {
    this.#follow(stanza, routeOf(stanza, this.#port.context()));
  }

  /** A stanza over a limit, of which only the head is known. */
  takeRefused(head: XmlElement, cause: RefusalCause): void {
    this.#follow(head, routeOfRefused(head, cause, this.#port.context()));
  }

  #follow(stanza: XmlElement, route: Route): void {
    switch (route.kind) {
      case 'answer':
        this.#port.send(route.stanza);
        return;
      case 'refuse':
        this.#refuse(stanza, route.reason, route.error);
        return;
      case 'publish':
        this.#port.publish(route.key, route.event, stanza).then(
          (isAccepted) => {
            if (!isAccepted) this.#refuse(stanza, 'overload', { condition: 'resource-constraint' });
            else if (route.receipt !== undefined) this.#port.send(route.receipt);
          },
          () => {},
        );
    }
  }

  #refuse(stanza: XmlElement, reason: RefusalReason, error: StanzaErrorSpec | undefined): void {
    this.#port.refused(reason, stanza);
    if (error !== undefined && mayBeAnswered(stanza)) this.#port.send(stanzaError(stanza, error));
  }
}
