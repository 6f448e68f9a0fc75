import type { MediaRequest } from '@stoxgate/contracts';
import type { NgRequest } from '../ng/ng-message.ts';
import { answer } from './answer.ts';
import { candidates } from './candidates.ts';
import { deleteCall } from './delete.ts';
import { digit } from './digit.ts';
import { type Codecs, offer } from './offer.ts';

/** What the relay is asked for a request of the translator. */
export function ngRequestOf(call: string, request: MediaRequest, codecs: Codecs): NgRequest {
  switch (request.kind) {
    case 'offer':
      return offer(call, request, codecs);
    case 'answer':
      return answer(call, request);
    case 'candidates':
      return candidates(call, request);
    case 'digit':
      return digit(call, request);
    case 'delete':
      return deleteCall(call);
  }
}
