import type { Problem } from './problems.ts';
import type { Config } from './schema.ts';

/** Whether this configuration lets media be relayed: the media edge runs then. */
export const isMediaRelayed = ({ media }: Pick<Config, 'media'>): boolean => media.relay !== 'none';

export function mediaChecks({ media }: Config): Problem[] {
  const problems: Problem[] = media.rtpengine.flatMap((address, at) => {
    const port = Number(/:(\d+)$/.exec(address)?.[1]);
    const isTwice = media.rtpengine.indexOf(address) < at;
    const path = ['media', 'rtpengine', at];
    if (isTwice) return [{ path, sentence: `media.rtpengine[${at}] is there twice; keep one.` }];
    if (port <= 65_535) return [];
    return [{ path, sentence: `media.rtpengine[${at}] must have a port up to 65535; found "${address}".` }];
  });
  if (media.relay === 'none' || media.rtpengine.length > 0) return problems;
  const sentence = `media.relay is ${media.relay}, which needs a relay: write media.rtpengine: [udp:HOST:PORT], the ng port of an rtpengine.`;
  return [...problems, { path: ['media', 'relay'], sentence }];
}
