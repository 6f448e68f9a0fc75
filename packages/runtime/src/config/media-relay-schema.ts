/**
 * Keys under `media:` that say whether and by what media are relayed.
 */
import { z } from 'zod';

const codecs = z
  .array(
    z
      .string()
      .regex(
        /^[A-Za-z0-9.-]+(\/[1-9]\d*){0,2}$/,
        'write NAME or NAME/CLOCKRATE/CHANNELS, such as opus/48000/2',
      ),
  )
  .min(1)
  .max(32);

export const MEDIA_RELAY_KEYS = {
  relay: z
    .enum(['none', 'rtpengine', 'auto'])
    .default('none')
    .describe(
      'none: endpoints exchange media end to end; rtpengine: all media go through it; auto: those of ends that have no transport or protection in common.',
    ),
  rtpengine: z
    .array(z.string().regex(/^udp:(\[[0-9A-Fa-f:.]+\]|[^\s:[\]]+):[1-9]\d{0,4}$/, 'write udp:HOST:PORT'))
    .max(64)
    .default([])
    .meta({
      description: 'ng ports of the rtpengines that share the calls.',
      examples: [['udp:127.0.0.1:22222']],
    }),
  fragments: z
    .boolean()
    .default(false)
    .describe(
      'Whether rtpengine (11.4 or newer: older ones fall silent) is told ICE candidates that clients send after their description; it learns them from their checks else.',
    ),
  sip_codecs: codecs
    .default(['PCMA', 'PCMU', 'telephone-event'])
    .describe('Audio codecs that relayed calls offer to SIP, best first.'),
  xmpp_codecs: codecs
    .default(['opus/48000/2', 'PCMU', 'PCMA', 'telephone-event'])
    .describe('Audio codecs that relayed calls offer to XMPP, best first.'),
};
