import { aorOfSipUri } from '@stoxgate/addressing';
import type { Aor } from '@stoxgate/contracts';

/**
 * The address of a phone as an operator writes it: `sip:` may be left out, and `@@` stands for `@`. Undefined when it is
 * none, or has no user.
 */
export function phoneAddress(text: string): Aor | undefined {
  const single = text.trim().replace('@@', '@');
  if (/\s|:\/\//.test(single)) return undefined;
  const aor = aorOfSipUri(/^(sips?|tel):/i.test(single) ? single : `sip:${single}`);
  return aor === undefined || aor.startsWith('tel:') || aor.includes('@') ? aor : undefined;
}
