/**
 * The request for a text that goes by itself, and whether one is enough for it: RFC 7572 §4, RFC 3428 §8.
 */
import { deriveHex, type OutgoingSipRequest } from '@stoxgate/contracts';
import { phraseOf } from '../condition/phrase.ts';
import { sharedCallIdOf } from './informal-chat.ts';
import { partsOfText } from './message-parts.ts';
import { headersOfText, messageRequest } from './message-request.ts';
import type { Said } from './message-to-sip.ts';
import type { TextFromStanza } from './stanza-content.ts';

/** The request for a text, without its body. */
export function requestOfText(said: Said, content: TextFromStanza): OutgoingSipRequest {
  const displayName = content.nick === undefined ? undefined : phraseOf(content.nick);
  // Two names of one digest, which is most of what this costs.
  const own = deriveHex(`${said.input.eventId} names`, 24);
  const names = { tag: own.slice(0, 16), callId: sharedCallIdOf(said) ?? own.slice(16), displayName };
  return messageRequest(said.ends, names, headersOfText(content));
}

/** Whether a text does not fit into one request. */
export const isTooLong = (said: Said, content: TextFromStanza): boolean =>
  partsOfText({ ...said.policy, oversize: 'reject' }, requestOfText(said, content), content.text) ===
  undefined;
