import { expect, test } from 'vitest';
import { roleProblem } from './checks.ts';
import { mediaChecks } from './media-checks.ts';
import { Config } from './schema.ts';

const config = (media: object): Config =>
  Config.parse({
    xmpp: { domains: ['example.org'], components: [{ domain: 'sip.example.org', secret: 's3cret' }] },
    media,
  });
const sentences = (media: object): string[] => mediaChecks(config(media)).map(({ sentence }) => sentence);

test('config media - without a relay nothing is needed; with one, an rtpengine', () => {
  expect(sentences({})).toEqual([]);
  expect(sentences({ relay: 'auto', rtpengine: ['udp:127.0.0.1:22222', 'udp:[2001:db8::1]:22222'] })).toEqual(
    [],
  );
  expect(sentences({ relay: 'rtpengine' })).toEqual([
    'media.relay is rtpengine, which needs a relay: write media.rtpengine: [udp:HOST:PORT], the ng port of an rtpengine.',
  ]);
});

test('config media - a relay stands there once, with a port that exists', () => {
  const twice = ['udp:a:1', 'udp:b:70000', 'udp:a:1'];
  expect(sentences({ relay: 'auto', rtpengine: twice })).toEqual([
    'media.rtpengine[1] must have a port up to 65535; found "udp:b:70000".',
    'media.rtpengine[2] is there twice; keep one.',
  ]);
});

test.each(['127.0.0.1:22222', 'tcp:a:1', 'udp:a', 'udp:2001:db8::1:22222', 'udp:a b:1'])(
  'config media - %s is no address of a relay',
  (address) => {
    expect(() => config({ rtpengine: [address] })).toThrow(/udp:HOST:PORT/);
  },
);

test('config media - the role media-edge needs something to do', () => {
  expect(roleProblem(config({}), 'media-edge')?.sentence).toMatch(/set media\.relay to rtpengine or auto/);
  const relayed = config({ relay: 'auto', rtpengine: ['udp:a:1'] });
  expect(roleProblem(relayed, 'media-edge')?.sentence).toMatch(/set bus to nats/);
  expect(roleProblem({ ...relayed, bus: 'nats://a:1' }, 'media-edge')).toBeUndefined();
});
