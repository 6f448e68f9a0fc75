/**
 * One chat of a scripted SIP user: its dialog and its MSRP session.
 */
import type { SipRequest, SipResponse } from '@stoxgate/contracts';
import { DeadlineQueue } from './deadline-queue.ts';
import type { MsrpPeer, MsrpPeerMessage, MsrpSendOptions } from './msrp-peer.ts';
import type { PhoneDialog, SendOptions } from './sip-phone-dialog.ts';
import type { PhoneRequest } from './sip-phone-request.ts';
import type { SentRequest } from './sip-phone-transaction.ts';

const COMPOSING = 'application/im-iscomposing+xml';
const TIMEOUT_MS = 10_000;

/** Body of a message that says whether its sender types. RFC 3994. */
export const composingXml = (state: 'active' | 'idle'): string =>
  [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<isComposing xmlns="urn:ietf:params:xml:ns:im-iscomposing"><state>${state}</state></isComposing>`,
  ].join('');

/** The path in a description, as one text; undefined where it has no chat. */
export const pathIn = (sdp: string | undefined): string | undefined =>
  /^a=path:(.*?)\r?$/m.exec(sdp ?? '')?.[1];

export class PhoneChat {
  /** What the chat's INVITE was. */
  readonly invite: Pick<SipRequest, 'from' | 'to' | 'requestUri' | 'callId' | 'headers'>;
  readonly msrp: MsrpPeer;
  readonly #dialog: () => PhoneDialog;
  readonly #ends = new DeadlineQueue<SipRequest>();

  constructor(invite: PhoneChat['invite'], msrp: MsrpPeer, dialog: () => PhoneDialog) {
    this.invite = invite;
    this.msrp = msrp;
    this.#dialog = dialog;
  }

  get callId(): string {
    return this.invite.callId;
  }

  /** Says a text; resolves to the code it is answered with. */
  say(text: string, options?: MsrpSendOptions): Promise<number> {
    return this.msrp.send(text, options);
  }

  /** Says that it types, or no more. */
  compose(state: 'active' | 'idle' = 'active'): Promise<number> {
    return this.msrp.send(composingXml(state), { contentType: COMPOSING });
  }

  /** The next message that is no word on who types. */
  async hear(timeoutMs = TIMEOUT_MS): Promise<MsrpPeerMessage> {
    for (;;) {
      const message = await this.msrp.message(timeoutMs);
      if (!message.contentType.startsWith(COMPOSING)) return message;
    }
  }

  /** Sends a request in the dialog, another INVITE with its ACK among them. */
  send(method: string, options: SendOptions = {}): SentRequest {
    const dialog = this.#dialog();
    return method === 'INVITE' ? dialog.reinvite(options) : dialog.send(method, options);
  }

  /** Ends the chat; resolves with what is said to it. */
  bye(timeoutMs?: number): Promise<SipResponse> {
    return this.send('BYE').waitFor('final', timeoutMs);
  }

  /** The BYE of the other side, which is answered by itself. */
  ended(timeoutMs = TIMEOUT_MS): Promise<SipRequest> {
    return this.#ends.take(
      () => true,
      timeoutMs,
      (reason) => `no BYE to the chat ${this.callId} ${reason}`,
    );
  }

  /** A BYE came. */
  end(bye: PhoneRequest): void {
    bye.respond(200);
    this.#ends.put(bye.request);
  }
}
