import type { WireArrow } from './wires.ts';

/** Steps of `expected` that do not appear, in order, on their wire; a step matches an arrow that begins with it. */
export function missingSteps(
  expected: Readonly<Record<'xmpp' | 'sip', readonly string[]>>,
  arrows: readonly WireArrow[],
): string[] {
  return (['xmpp', 'sip'] as const).flatMap((wire) => {
    const seen = arrows.filter((arrow) => arrow.wire === wire).map(({ text }) => text);
    let from = 0;
    return expected[wire].flatMap((step) => {
      const index = seen.findIndex((text, position) => position >= from && text.startsWith(step));
      if (index === -1) return [`not seen on the ${wire} wire: ${step}`];
      from = index + 1;
      return [];
    });
  });
}
